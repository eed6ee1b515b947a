// Where the lab's harness and the servers under test call each other. The
// linker's --wrap leads these calls here, so that the simulator always knows
// in whose code a thread is (server.c).
//
// A server is one struct raft, from raft_make to raft_free. The functions are
// those of raft/raft.h, labrpc/labrpc.h and internal.h, persister/persister.h;
// the simulator lies beneath all of these, so they are declared again here.
#include "sim/internal.h"

#include "rt/bytes.h"
#include "rt/channel.h"

struct labrpc_end;
struct labrpc_method;
struct persister;
struct raft;

// Weak: a program without the lab can be simulated, too.
#define WRAPPED(type, name, ...)                                               \
    type __real_##name(__VA_ARGS__) __attribute__((weak));                     \
    type __wrap_##name(__VA_ARGS__)

// ---- Into a server ----

WRAPPED(struct raft *, raft_make, struct labrpc_end **peers, int n_peers,
        int me, struct persister *persister, struct channel *apply_ch);
WRAPPED(bool, raft_start, struct raft *rf, struct bytes command, int *index,
        int *term);
WRAPPED(void, raft_get_state, struct raft *rf, int *term, bool *is_leader);
WRAPPED(void, raft_snapshot, struct raft *rf, int index, struct bytes snapshot);
WRAPPED(void, raft_kill, struct raft *rf);
WRAPPED(void, raft_free, struct raft *rf);
WRAPPED(bool, labrpc_run_handler, const struct labrpc_method *method,
        void *receiver, const void *args, void *reply);

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
    struct sim_server *server = NULL;
    if (sim.on) {
        server = sim_server_make(me);
        server->channel = apply_ch;
    }
    sim_server_run(server, run_make, &call);
    if (server != NULL)
        server->object = call.made;
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
    call->is_leader =
        __real_raft_start(call->rf, call->command, call->index, call->term);
}

bool __wrap_raft_start(struct raft *rf, struct bytes command, int *index,
                       int *term)
{
    struct start_call call = { rf, command, index, term, false };
    return sim_server_run(sim_server_of(rf), run_start, &call) &&
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
    __real_raft_get_state(call->rf, &call->term, &call->is_leader);
}

void __wrap_raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    struct state_call call = { rf, -1, false };
    if (sim_server_run(sim_server_of(rf), run_get_state, &call))
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
    __real_raft_snapshot(call->rf, call->index, call->snapshot);
}

void __wrap_raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    struct snapshot_call call = { rf, index, snapshot };
    sim_server_run(sim_server_of(rf), run_snapshot, &call);
}

static void run_kill(void *arg)
{
    __real_raft_kill(arg);
}

void __wrap_raft_kill(struct raft *rf)
{
    sim_server_run(sim_server_of(rf), run_kill, rf);
}

static void run_free(void *arg)
{
    __real_raft_free(arg);
}

void __wrap_raft_free(struct raft *rf)
{
    struct sim_server *server = sim_server_of(rf);
    // Another may stand at this address from the moment it is freed.
    if (server != NULL)
        server->object = NULL;
    sim_server_run(server, run_free, rf);
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
    __real_labrpc_run_handler(call->method, call->receiver, call->args,
                              call->reply);
}

bool __wrap_labrpc_run_handler(const struct labrpc_method *method,
                               void *receiver, const void *args, void *reply)
{
    struct handler_call call = { method, receiver, args, reply };
    return sim_server_run(sim_server_of(receiver), run_handler, &call);
}

// ---- Out of a server ----

// Defines the wrapper of a function that returns nothing, and of one that does.
#define OUT(name, parameters, ...)                                             \
    void __real_##name parameters __attribute__((weak));                       \
    void __wrap_##name parameters;                                             \
    void __wrap_##name parameters                                              \
    {                                                                          \
        struct sim_server *from = sim_server_go_out();                         \
        __real_##name(__VA_ARGS__);                                            \
        sim_server_come_back(from);                                            \
    }
#define OUT_VALUE(type, name, parameters, ...)                                 \
    type __real_##name parameters __attribute__((weak));                       \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        struct sim_server *from = sim_server_go_out();                         \
        type value = __real_##name(__VA_ARGS__);                               \
        sim_server_come_back(from);                                            \
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

// A channel that a server has made for itself is its own; only the one that it
// was given to apply on lies outside.
static struct sim_server *go_out_to(const struct channel *ch)
{
    if (!sim.on || sim.self->inside == NULL || sim.self->inside->channel != ch)
        return NULL;
    return sim_server_go_out();
}

WRAPPED(void, channel_send, struct channel *ch, const void *item);
WRAPPED(bool, channel_receive, struct channel *ch, void *item);
WRAPPED(void, channel_close, struct channel *ch);

void __wrap_channel_send(struct channel *ch, const void *item)
{
    struct sim_server *from = go_out_to(ch);
    __real_channel_send(ch, item);
    sim_server_come_back(from);
}

bool __wrap_channel_receive(struct channel *ch, void *item)
{
    struct sim_server *from = go_out_to(ch);
    bool received = __real_channel_receive(ch, item);
    sim_server_come_back(from);
    return received;
}

void __wrap_channel_close(struct channel *ch)
{
    struct sim_server *from = go_out_to(ch);
    __real_channel_close(ch);
    sim_server_come_back(from);
}
