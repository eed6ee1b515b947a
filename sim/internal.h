// What the files of the simulator share: the one simulation of the process, its
// threads, and how they wait.
//
// All of it belongs to the thread whose turn it is. There are no locks here:
// one simulated thread runs at a time, and changes only in sim_point and
// sim_wait.
#ifndef SIM_INTERNAL_H
#define SIM_INTERNAL_H

#include <features.h>

#if !defined __GLIBC__
#error "the simulator needs the GNU C library (glibc); the program does not"
#elif !defined __x86_64__ && !defined __aarch64__
#error "the simulator knows x86-64 and arm64 only; the program runs elsewhere"
#endif

#include "sim/fiber.h"
#include "sim/sim.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_S  INT64_C(1000000000)
#define NEVER     INT64_MAX
#define NAME_SIZE 16  // As in the system, with the terminating zero.
#define MAX_KEYS  1024

// How many threads there can be at a time. Their table grows by chunks.
#define SLOT_BITS 20
#define MAX_SLOTS (1 << SLOT_BITS)
#define CHUNK     1024  // Threads.

// Virtual time that a scheduling point takes. It makes a loop that polls the
// clock end.
#define POINT_NS 100

// ---- Threads ----

// Threads that can run, that wait for the same thing, or for a time. One of
// those that wait lies in the program's own mutex, condition variable and so
// on: empty is all zero.
struct sim_queue {
    struct sim_entry **entries;  // A heap: whoever goes first is the first.
    uint32_t count;
    uint32_t room;  // For so many in the array.
};

// Where a thread stands in a queue.
struct sim_entry {
    struct sim_thread *thread;
    struct sim_queue *queue;  // NULL: in none.
    uint32_t position;
    int64_t rank;    // Who has less goes first; of two with the same,
    uint64_t order;  // who has less here.
};

// A thread that another waits for: one step of a walk over them (next_holder).
// All zero: before the first.
struct sim_holder {
    const void *at;     // For next_holder: how far it is.
    int number;         // The thread's.
    const void *since;  // Where it locked the object; NULL: it did not.
};

// Why a thread waits, for reports.
struct sim_reason {
    const char *text;  // "to lock a mutex"
    // Steps to the next thread that must act first; false if there is no other.
    // NULL: no particular thread must.
    bool (*next_holder)(const void *object, struct sim_holder *holder);
    // It can take long, so no lock should be held meanwhile.
    bool is_long;
    // For the self-check: is the object still not to be had? NULL: that cannot
    // be told.
    bool (*must_wait)(const void *object);
};

// A wait for a mutex, which begins where one on a condition variable ends.
struct sim_relock {
    const void *mutex;
    const uint32_t *owner;  // sim_mark of who holds it; 0: nobody.
    struct sim_queue *waiters;
    const struct sim_reason *reason;
};

// A lock that a thread holds. A thread that reads an rwlock twice has two.
struct sim_hold {
    const void *lock;
    const char *what;           // "a mutex"
    const void *place;          // Where it was locked.
    int number;                 // The thread's, which may have ended.
    struct sim_server *server;  // Whose code locked it, or NULL.
    bool was_tried;             // By a trylock.
    struct sim_hold *next;      // Of the thread, the newest first.

    // Of an rwlock: the other readers.
    struct sim_hold *next_of_lock;
    struct sim_hold *previous_of_lock;
};

struct sim_thread {
    int number;  // In the order of creation; the first is 0.
    int slot;    // In the table of threads.
    // In sim.runnable, or in the queue of what it waits for. In none if it has
    // ended, is frozen, or waits for time alone.
    struct sim_entry entry;
    struct sim_fiber fiber;

    // While it waits.
    struct sim_queue *woken_from;  // By sim_wake_one, until it runs.
    struct sim_entry timer;        // In sim.timers; its rank is when it is due.
    int result;                    // 0, or ETIMEDOUT: why it woke.
    const struct sim_reason *reason;  // NULL while it does not wait.
    const void *object;               // What it waits for.
    const void *place;                // Where: a return address.
    int64_t wait_began_ns;
    // While it waits on a condition variable: the mutex to lock again. Then,
    // why that wait ended.
    struct sim_relock relock;
    bool relocks;
    int cond_result;

    // Its life.
    pthread_t id;
    char name[NAME_SIZE];
    void *(*start)(void *);
    void *arg;
    void *value;  // What it returned.
    bool ended;
    bool detached;
    struct sim_thread *joiner;
    struct sim_queue joiners;
    uint64_t points;  // How often it was chosen to run.
    struct sim_thread *next_unused;

    // Whose code it runs (server.c). NULL: that of no server.
    struct sim_server *home;    // Whose code made it.
    struct sim_server *inside;  // Whose it runs now.
    struct sim_visit *visit;    // To a server that is not its home; or NULL.
    bool leaves;                // That server has died: it must leave.
    bool stopped;               // Its home has died: it will never run again.
    uint64_t due_point;         // While it waits in sim.counting.

    // While its server pauses.
    bool frozen;    // It shall not run,
    bool is_ready;  // though it could.

    struct sim_hold *holds;
    int n_holds;
    bool has_abandoned;  // It has left locks locked in a dead server.
    void **values;       // By key; NULL until one is set.
    void *cleanup;       // The innermost pthread_cleanup_push.
    bool cancel_disabled;
    bool cancel_asynchronous;

    // While a circle of threads that wait is looked for (report.c).
    uint64_t search;  // The last search that came to it.
    struct sim_thread *next_found;
    const struct sim_thread *found_from;  // Who waits for it.
};

// ---- Servers ----

// Its memory is never freed, so its address stays its own.
struct sim_server {
    int number;
    bool dead;
    bool paused;
    bool has_resumer;  // A thread that will end the pause.
    int64_t resume_ns;
    struct sim_queue entrance;  // Who came into it in its pause.
};

// A thread's stay inside a server that is not its home.
struct sim_visit {
    jmp_buf way_out;
    struct sim_server *server;
    struct sim_visit *outer;   // The one it was on already.
    struct sim_server *where;  // Where it came from; NULL: outside.

    // What it had when it came.
    int n_holds;
    void *cleanup;
    bool cancel_disabled;
    bool cancel_asynchronous;
};

// ---- The simulation ----

struct sim_rng {
    uint64_t state;
};

struct sim {
    bool on;
    struct sim_thread *self;  // Whose turn it is.
    int64_t now_ns;
    int64_t limit_ns;     // Of the whole program, or NEVER.
    int64_t next_due_ns;  // Of the first timer, or of the limit.
    uint64_t points;
    uint64_t hash;
    struct sim_rng chance;  // For the scheduler.

    struct sim_queue runnable;
    enum sim_policy policy;
    int depth;
    int64_t steps;
    int64_t *changes;     // depth - 1 points of change, of this round.
    int64_t round_end;    // The point at which the next round begins.
    int64_t next_change;  // The point.
    int64_t last_rank;    // Given so far.
    int streak;           // Points since another thread last ran.

    struct sim_queue timers;
    uint64_t n_timers_ever;

    // Threads by slot (sim_thread_at); the id of a thread is its number and its
    // slot. One that is unused has the id 0.
    struct sim_thread *chunks[MAX_SLOTS / CHUNK];
    int n_slots;
    int n_threads_ever;
    int n_alive;
    int *newest;                    // Slots, by the low bits of their numbers.
    struct sim_thread *unused;      // Whose memory and slot can be used again.
    struct sim_thread *last_ended;  // Its stack is still to be freed.
    char *sync_addresses;           // See sync_address in thread.c.
    struct sim_queue shared_waiters;  // Of all spin locks and onces.
    struct sim_queue counting;  // Threads that wait for a number of points.
    uint64_t next_due_point;    // The lowest of these; or UINT64_MAX.

    uint64_t seed;
    struct sim_rng drawn;     // For the program.
    struct sim_rng sequence;  // For rand and random, which can be seeded.
    uint64_t rand48;          // For the drand48 family.

    struct sim_rate *rates;  // By a server's number; clock.c.

    void (*fail)(const char *message);
    bool has_failed;
    bool brief;
    const char *hidden;
};

extern struct sim sim;

// The thread of a slot below sim.n_slots. It keeps its address.
static inline struct sim_thread *sim_thread_at(int slot)
{
    return &sim.chunks[slot / CHUNK][slot % CHUNK];
}

// The number that stands for a thread in the program's objects, where 0 is
// nobody.
static inline uint32_t sim_mark(const struct sim_thread *thread)
{
    return (uint32_t)thread->number + 1;
}

// The place that calls the function this stands in.
#define HERE __builtin_return_address(0)

// ---- state.c ----

// Zeroed memory for our tables: the sanitizers watch malloc and its like.
void *sim_reserve(size_t size);

// Hands the message to whoever asked for it.
_Noreturn void sim_fail(const char *message);

// ---- table.c ----

void sim_table_start(void);

// A new thread, with a number and an id; NULL: there are too many.
struct sim_thread *sim_table_add(void);

// Nobody knows the thread any more; its memory is kept for the next.
void sim_table_remove(struct sim_thread *thread);

// The thread with this id, also if it has ended; NULL: it is gone.
struct sim_thread *sim_table_find(pthread_t id);

// The thread with this number; NULL: it has ended.
struct sim_thread *sim_thread_of_number(int number);

// Who that is, for a message: "thread 3 "ticker" (server 1)".
struct sim_who {
    char text[64];
};
struct sim_who sim_who(int number);

// ---- schedule.c ----

// A moment at which another thread may go on instead of the caller.
void sim_point(void);

// Is a scheduling point once in several calls. While a lock is held, points let
// some seeds show what others do meanwhile; one at every call would take too
// long.
void sim_point_at_times(void);

// Like sim_point, but under PCT the caller drops to the bottom.
void sim_yield(void);

// The calling thread stands in the queue (or in none, if it is NULL) until
// sim_wake, or until the time is due_ns. Returns sim_wake's result, or
// ETIMEDOUT. If nobody can ever wake it, that is a deadlock.
//   reason, object, place  for a report
int sim_wait(struct sim_queue *queue, int64_t due_ns,
             const struct sim_reason *reason, const void *object,
             const void *place);

// Ends a thread's wait.
void sim_wake(struct sim_thread *thread, int result);

// Ends the wait of one thread of a queue that is not empty: of the one that the
// policy prefers.
void sim_wake_one(struct sim_queue *queue);
void sim_wake_all(struct sim_queue *queue);

// Ends the wait of all who wait for this object in sim.shared_waiters.
void sim_wake_shared(const void *object);

// A new thread can run from now on.
void sim_schedule_add(struct sim_thread *thread);

// The calling thread has ended; somebody else goes on.
_Noreturn void sim_schedule_end(void);

// Takes a thread that can run, or waits, out of all queues.
void sim_schedule_remove(struct sim_thread *thread);

// Lets a removed thread run again, as if its wait had ended.
void sim_schedule_return(struct sim_thread *thread);

// Keeps a thread from running, whether it can run or waits; lets it run again.
void sim_schedule_freeze(struct sim_thread *thread);
void sim_schedule_thaw(struct sim_thread *thread);

// Frees the stack of sim.last_ended, if there is one. Called on another stack.
void sim_schedule_free_ended(void);

// The server that the calling thread visits has died: it goes back to where it
// came in (sim_server_run).
_Noreturn void sim_schedule_leave(void);

void sim_schedule_start(const struct sim_options *options);

// ---- queue.c ----

void sim_queue_add(struct sim_queue *queue, struct sim_entry *entry);
void sim_queue_remove(struct sim_entry *entry);

// Reports that the program has overwritten the entry's queue, which lies in its
// memory, if the entry is not where it says.
void sim_queue_check(const struct sim_entry *entry);

static inline bool sim_goes_before(const struct sim_entry *a,
                                   const struct sim_entry *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->order < b->order;
}

// Gives a higher rank, and moves the entry back where it stands.
void sim_queue_lower(struct sim_entry *entry, int64_t rank);

// One thread of a queue that is not empty: the one that goes first; any, each
// as likely as the others.
struct sim_thread *sim_queue_first(const struct sim_queue *queue);
struct sim_thread *sim_queue_draw(const struct sim_queue *queue);

static inline struct sim_thread *sim_queue_at(const struct sim_queue *queue,
                                              uint32_t position)
{
    return queue->entries[position]->thread;
}

static inline bool sim_is_runnable(const struct sim_thread *thread)
{
    return thread->entry.queue == &sim.runnable;
}

// ---- self_check.c ----

// Fails if what the simulator knows of its threads, queues, timers, locks and
// stacks disagrees.
void sim_self_check(void);

// ---- policy.c ----

void sim_policy_start(const struct sim_options *options);

// A new thread; it stands in no queue yet.
void sim_policy_add(struct sim_thread *thread);

// Under PCT the thread drops to the bottom.
void sim_policy_put_last(struct sim_thread *thread);

// Who runs next, of those that can.
struct sim_thread *sim_policy_next(void);

// The one to prefer in a queue that is not empty.
struct sim_thread *sim_policy_choose(const struct sim_queue *queue);

// ---- timers.c ----

void sim_timers_add(struct sim_thread *thread, int64_t due_ns);
void sim_timers_remove(struct sim_thread *thread);

// A thread whose time has come, the first of them; NULL: there is none.
struct sim_thread *sim_timers_due(void);

// ---- rng.c ----

struct sim_rng sim_rng_make(uint64_t seed, uint64_t stream);
uint64_t sim_rng_next(struct sim_rng *rng);

// Uniform in [0, bound).
uint32_t sim_rng_below(struct sim_rng *rng, uint32_t bound);

// ---- clock.c ----

// What the calling thread's clock shows, since the start of the simulation; and
// the virtual time at which it shows time_ns. A server's clock may go fast or
// slow.
int64_t sim_clock_now_ns(void);
int64_t sim_clock_due(int64_t time_ns);

// The virtual time at which this clock shows `time`. Saturates at NEVER.
// Reports a malformed time, or a clock that cannot be waited by.
int64_t sim_due(clockid_t clock, const struct timespec *time,
                const void *place);

// The same for clock_nanosleep, which takes more clocks.
int64_t sim_sleep_due(clockid_t clock, const struct timespec *time,
                      const void *place);

// Reports a tv_nsec outside of [0, 999999999].
void sim_check_ns(const struct timespec *time, const void *place);

// ---- sleep.c ----

// Sleeps for this long. Reports a malformed time.
void sim_sleep(const struct timespec *time, const void *place);

// ---- random.c ----

void sim_random_start(uint64_t seed);

// ---- What is learnt of the system's objects when a simulation starts ----

// Fail if this C library is another than ours can stand in for.
void sim_mutex_start(void);
void sim_rwlock_start(void);

void sim_spin_start(void);
void sim_once_start(void);

// ---- mutex.c ----

int sim_mutex_lock(pthread_mutex_t *mutex, int64_t due_ns, const void *place);
int sim_mutex_trylock(pthread_mutex_t *mutex, const void *place);
int sim_mutex_unlock(pthread_mutex_t *mutex, const void *place);
int sim_mutex_init(pthread_mutex_t *mutex, int kind);
int sim_mutex_destroy(pthread_mutex_t *mutex, const void *place);

// Does the calling thread hold it, once? Reports what is no mutex any more.
bool sim_mutex_is_held(pthread_mutex_t *mutex, const void *place);

// Lets go of a mutex that the caller holds, without a scheduling point; takes
// it again. Between them a recursive one keeps its depth.
uint32_t sim_mutex_let_go(pthread_mutex_t *mutex);
void sim_mutex_take_again(pthread_mutex_t *mutex, uint32_t depth,
                          const void *place);

// What it takes to wait for the mutex.
struct sim_relock sim_mutex_relock(pthread_mutex_t *mutex);

// ---- cond.c ----

int sim_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t due_ns,
                  const void *place);
int sim_cond_signal(pthread_cond_t *cond, const void *place);
int sim_cond_broadcast(pthread_cond_t *cond, const void *place);
int sim_cond_destroy(pthread_cond_t *cond, const void *place);

// ---- thread.c ----

void sim_thread_start(void);
int sim_thread_create(pthread_t *id, const pthread_attr_t *attr,
                      void *(*start)(void *), void *arg);
int sim_thread_join(pthread_t id, void **value, int64_t due_ns,
                    const void *place);
int sim_thread_detach(pthread_t id, const void *place);
_Noreturn void sim_thread_exit(void *value);

// ---- holds.c ----

// The calling thread has taken a lock.
//   what  "a mutex"
struct sim_hold *sim_hold_add(const void *lock, const char *what,
                              const void *place);

// The newest of the calling thread's holds of this lock; NULL: there is none.
struct sim_hold *sim_hold_find(const void *lock);

// Takes that one out, if there is one.
void sim_hold_remove(const void *lock);

// The calling thread forgets the newest of its locks, until it knows this many;
// they stay locked.
void sim_holds_abandon(int n_holds);

// ---- once.c, keys.c, cleanup.c ----

int sim_once(int *state, void (*routine)(void), const void *place);
void sim_keys_destroy_values(struct sim_thread *thread);
void sim_cleanup_run(struct sim_thread *thread);

// ---- report.c ----

// The program is wrong: this thread did it at this place.
//   format  a whole sentence of what is wrong; the thread, the place and where
//           it was called from are added
_Noreturn void sim_misuse(const void *place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Reports a deadlock if this thread, which now waits, is in a circle of threads
// that wait for each other without a time limit.
void sim_check_circle(struct sim_thread *thread);

// The program has not ended within its limit of virtual time.
_Noreturn void sim_report_limit(void);

// Nobody can run and nobody ever will.
_Noreturn void sim_report_deadlock(void);

// The thread waits for itself to let go of what it locks: "a mutex".
_Noreturn void sim_report_self_deadlock(const char *what, const void *since,
                                        const void *place);

// The calling thread returns from this function and still holds a lock.
_Noreturn void sim_report_kept(const char *function,
                               const struct sim_hold *hold);

// The calling thread, which holds a lock, has waited for this reason since
// wait_began_ns (sim_describe_wait_with_lock).
void sim_note_wait_with_lock(const struct sim_reason *reason);

// The calling thread stands at this program counter and frame, in a signal
// handler, for the reason that the sentence gives.
_Noreturn void sim_report_here(const char *sentence, const void *pc,
                               const void *frame);

// ---- signals.c ----

// Installs the handlers that report loops without a scheduling point and stacks
// that overflow; and removes them.
void sim_signals_start(void);
void sim_signals_stop(void);

// ---- The hash ----

static inline void sim_hash_add(uint64_t number)
{
    // The sum keeps the hash from staying 0 when zeros are mixed in.
    uint64_t h = (sim.hash ^ number) + UINT64_C(0x2545f4914f6cdd1d);
    h *= UINT64_C(0x9e3779b97f4a7c15);
    sim.hash = h ^ (h >> 29);
}

// ---- What ThreadSanitizer must know ----

void __tsan_acquire(void *object) __attribute__((weak));
void __tsan_release(void *object) __attribute__((weak));

// What was done before the release of an object happens before what is done
// after its acquisition.
static inline void sim_acquire(void *object)
{
    if (__builtin_expect(__tsan_acquire != NULL, 0))
        __tsan_acquire(object);
}

static inline void sim_release(void *object)
{
    if (__builtin_expect(__tsan_release != NULL, 0))
        __tsan_release(object);
}

// ThreadSanitizer must ignore our own memory, but it intercepts memset and
// memcpy.
void AnnotateIgnoreReadsBegin(const char *file, int line) __attribute__((weak));
void AnnotateIgnoreReadsEnd(const char *file, int line) __attribute__((weak));
void AnnotateIgnoreWritesBegin(const char *file, int line)
    __attribute__((weak));
void AnnotateIgnoreWritesEnd(const char *file, int line) __attribute__((weak));

static inline void sim_hide_begin(void)
{
    if (__builtin_expect(AnnotateIgnoreReadsBegin != NULL, 0)) {
        AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    }
}

static inline void sim_hide_end(void)
{
    if (__builtin_expect(AnnotateIgnoreReadsBegin != NULL, 0)) {
        AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    }
}

#endif
