// The boundary between the lab's harness and the servers under test. The
// linker's --wrap redirects calls across it to this file, so that the simulator
// always knows which server's code a thread runs (sim/life.c).
#include "virtual/boundary.h"

#include "labrpc/internal.h"
#include "persister/persister.h"
#include "rt/alloc.h"
#include "rt/bytes.h"
#include "rt/channel.h"
#include "rt/clock.h"
#include "rt/draw.h"
#include "rt/go.h"
#include "rt/rng.h"
#include "rt/yield.h"

#include <unistd.h>

// Each wrapper has the type that the lab's header gives the function.
#define WRAPPED(name) extern __typeof__(name) __real_##name, __wrap_##name
#include "virtual/wrapped.h"
#undef WRAPPED

// ---- The life of a Raft ----

// One struct raft, from raft_make to raft_free.
struct life {
    struct sim_life *sim;
    // NULL before raft_make returns, and from raft_free on.
    const struct raft *rf;
    const struct channel *apply_ch;  // Of the harness.
    int applier;  // The thread that has sent to it last; 0: none has.
    struct life *next;
};

// All lives of the run. find() moves the one that it finds to the front.
static struct life *lives;

static struct life *find(const struct raft *rf)
{
    if (rf == NULL)
        return NULL;
    struct life **at = &lives;
    while (*at != NULL && (*at)->rf != rf)
        at = &(*at)->next;
    struct life *found = *at;
    if (found != NULL && found != lives) {
        *at = found->next;
        found->next = lives;
        lives = found;
    }
    return found;
}

static struct life *add_life(int me, const struct channel *apply_ch)
{
    struct life *life = alloc(sizeof *life);
    *life = (struct life){ .sim = sim_life_make(me),
                           .apply_ch = apply_ch,
                           .next = lives };
    lives = life;
    return life;
}

struct sim_life *boundary_life_of(const struct raft *rf)
{
    const struct life *life = find(rf);
    return life != NULL ? life->sim : NULL;
}

// The life whose code the calling thread runs; or NULL.
static struct life *life_inside(void)
{
    const struct sim_life *inside = sim_life_inside();
    struct life *life = inside != NULL ? lives : NULL;
    while (life != NULL && life->sim != inside)
        life = life->next;
    return life;
}

bool boundary_has_applied(int thread)
{
    const struct life *life = lives;
    while (life != NULL && life->applier != thread)
        life = life->next;
    return life != NULL;
}

// ---- Calls into a server ----

struct make_call {
    struct labrpc_end **peers;
    int n_peers;
    int me;
    struct persister *persister;
    struct channel *apply_ch;
    struct raft *made;
};

static void run_make(void *arg)
{
    struct make_call *call = arg;
    call->made = __real_raft_make(call->peers, call->n_peers, call->me,
                                  call->persister, call->apply_ch);
}

struct raft *__wrap_raft_make(struct labrpc_end **peers, int n_peers, int me,
                              struct persister *persister,
                              struct channel *apply_ch)
{
    struct make_call call = { peers, n_peers, me, persister, apply_ch, NULL };
    struct life *life = sim_is_on() ? add_life(me, apply_ch) : NULL;
    sim_life_run(life != NULL ? life->sim : NULL, run_make, &call);
    if (life != NULL)
        life->rf = call.made;
    return call.made;
}

struct start_call {
    struct raft *rf;
    struct bytes command;
    int *index;
    int *term;
    bool is_leader;
};

static void run_start(void *arg)
{
    struct start_call *call = arg;
    int locks = sim_locks_held();
    call->is_leader =
        __real_raft_start(call->rf, call->command, call->index, call->term);
    sim_check_locks(locks, "raft_start");
}

bool __wrap_raft_start(struct raft *rf, struct bytes command, int *index,
                       int *term)
{
    struct start_call call = { rf, command, index, term, false };
    return sim_life_run(boundary_life_of(rf), run_start, &call) &&
           call.is_leader;
}

struct state_call {
    struct raft *rf;
    int term;
    bool is_leader;
};

static void run_get_state(void *arg)
{
    struct state_call *call = arg;
    int locks = sim_locks_held();
    __real_raft_get_state(call->rf, &call->term, &call->is_leader);
    sim_check_locks(locks, "raft_get_state");
}

void __wrap_raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    struct state_call call = { rf, -1, false };
    if (sim_life_run(boundary_life_of(rf), run_get_state, &call))
        *term = call.term;
    *is_leader = call.is_leader;
}

struct snapshot_call {
    struct raft *rf;
    int index;
    struct bytes snapshot;
};

static void run_snapshot(void *arg)
{
    const struct snapshot_call *call = arg;
    int locks = sim_locks_held();
    __real_raft_snapshot(call->rf, call->index, call->snapshot);
    sim_check_locks(locks, "raft_snapshot");
}

void __wrap_raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    struct snapshot_call call = { rf, index, snapshot };
    sim_life_run(boundary_life_of(rf), run_snapshot, &call);
}

static void run_kill(void *arg)
{
    __real_raft_kill(arg);
}

void __wrap_raft_kill(struct raft *rf)
{
    sim_life_run(boundary_life_of(rf), run_kill, rf);
}

static void run_free(void *arg)
{
    __real_raft_free(arg);
}

void __wrap_raft_free(struct raft *rf)
{
    struct life *life = find(rf);
    // A new Raft may get the address as soon as this one is freed.
    if (life != NULL)
        life->rf = NULL;
    sim_life_run(life != NULL ? life->sim : NULL, run_free, rf);
}

struct handler_call {
    const struct labrpc_method *method;
    void *receiver;
    const void *args;
    void *reply;
};

static void run_handler(void *arg)
{
    const struct handler_call *call = arg;
    int locks = sim_locks_held();
    __real_labrpc_run_handler(call->method, call->receiver, call->args,
                              call->reply);
    sim_check_locks(locks, call->method->name);
}

bool __wrap_labrpc_run_handler(const struct labrpc_method *method,
                               void *receiver, const void *args, void *reply)
{
    struct handler_call call = { method, receiver, args, reply };
    return sim_life_run(boundary_life_of(receiver), run_handler, &call);
}

// ---- Calls out of a server ----

// Define the wrapper of a function that returns nothing, and of one that
// returns a value.
#define OUT(name, parameters, ...)                                             \
    void __wrap_##name parameters                                              \
    {                                                                          \
        struct sim_life *from = sim_life_go_out();                             \
        __real_##name(__VA_ARGS__);                                            \
        sim_life_come_back(from);                                              \
    }
#define OUT_VALUE(type, name, parameters, ...)                                 \
    type __wrap_##name parameters                                              \
    {                                                                          \
        struct sim_life *from = sim_life_go_out();                             \
        type value = __real_##name(__VA_ARGS__);                               \
        sim_life_come_back(from);                                              \
        return value;                                                          \
    }

OUT_VALUE(bool, labrpc_call,
          (struct labrpc_end * end, const struct labrpc_method *method,
           const void *args, void *reply),
          end, method, args, reply)
OUT(labrpc_connect, (struct labrpc_end * end, const char *name), end, name)
OUT(labrpc_enable, (struct labrpc_end * end, bool enabled), end, enabled)

OUT(persister_save_raft_state, (struct persister * p, struct bytes state), p,
    state)
OUT(persister_save,
    (struct persister * p, struct bytes state, struct bytes snapshot), p, state,
    snapshot)
OUT(persister_save_tail,
    (struct persister * p, struct bytes head, size_t keep, struct bytes tail),
    p, head, keep, tail)
OUT_VALUE(struct bytes, persister_read_raft_state, (struct persister * p), p)
OUT_VALUE(struct bytes, persister_read_snapshot, (struct persister * p), p)
OUT_VALUE(size_t, persister_raft_state_size, (struct persister * p), p)
OUT_VALUE(size_t, persister_snapshot_size, (struct persister * p), p)

// The apply channel belongs to the harness, so using it is a call out of the
// server. Using a channel that the server has made itself is not.
static struct sim_life *go_out_to(const struct channel *ch)
{
    const struct life *life = life_inside();
    return life != NULL && life->apply_ch == ch ? sim_life_go_out() : NULL;
}

void __wrap_channel_send(struct channel *ch, const void *item)
{
    struct life *life = life_inside();
    if (life != NULL && life->apply_ch == ch)
        life->applier = go_thread_id();
    struct sim_life *from = go_out_to(ch);
    __real_channel_send(ch, item);
    sim_life_come_back(from);
}

bool __wrap_channel_receive(struct channel *ch, void *item)
{
    struct sim_life *from = go_out_to(ch);
    bool received = __real_channel_receive(ch, item);
    sim_life_come_back(from);
    return received;
}

void __wrap_channel_close(struct channel *ch)
{
    struct sim_life *from = go_out_to(ch);
    __real_channel_close(ch);
    sim_life_come_back(from);
}

// ---- The runtime ----

// The debug log reads the clock without a scheduling point.
int64_t __wrap_clock_peek_ns(void)
{
    return sim_is_on() ? sim_now_ns() : __real_clock_peek_ns();
}

// Fibers share one thread of the system, and what it keeps for itself.
int __wrap_go_thread_id(void)
{
    return sim_is_on() ? (int)gettid() : __real_go_thread_id();
}

// In virtual time waking a thread takes no time, so yielding would save none.
void __wrap_yield_briefly(const atomic_bool *flag)
{
    if (!sim_is_on())
        __real_yield_briefly(flag);
}

void __wrap_yield_if_busy(const atomic_bool *flag)
{
    if (!sim_is_on())
        __real_yield_if_busy(flag);
}
