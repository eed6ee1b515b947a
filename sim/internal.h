// Shared by the files of the simulator: the one simulation of the process, its
// threads, and how they wait.
//
// There are no locks here: one simulated thread runs at a time, and only it
// uses this. Another thread can go on only in sim_point and sim_wait.
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

// The most threads that can exist at a time. Their table grows by chunks.
#define SLOT_BITS 20
#define MAX_SLOTS (1 << SLOT_BITS)
#define CHUNK     1024  // Threads.

// The virtual time that a scheduling point takes. Without it a loop that polls
// the clock would never end.
#define POINT_NS 100

// ---- Threads ----

// A queue of threads: of those that can run, of those that wait for the same
// thing, or of those that wait for a time. All zero is empty. The queue of
// waiters for a mutex, a condition variable and so on lies in the program's own
// object.
struct sim_queue {
    struct sim_entry **entries;  // A heap: the first entry goes first.
    uint32_t count;
    uint32_t room;  // The size of the array.
};

// A thread's entry in a queue.
struct sim_entry {
    struct sim_thread *thread;
    struct sim_queue *queue;  // NULL: in none.
    uint32_t position;
    int64_t rank;    // The entry of the lowest rank goes first; of two with the
    uint64_t order;  // same rank, the one of the lower order.
};

// A thread that another thread waits for. next_holder iterates over these; all
// zero is before the first.
struct sim_holder {
    const void *at;     // The iterator's position, for next_holder.
    int number;         // The thread's.
    const void *since;  // The place of its lock call; NULL: none.
};

// Why a thread waits, for reports.
struct sim_reason {
    const char *text;    // "to lock a mutex"
    const char *object;  // "mutex"; NULL: time, or something of the simulator.
    // Sets *holder to the next thread that must act before the wait can end.
    // False if there are no more. NULL: no particular thread must act.
    bool (*next_holder)(const void *object, struct sim_holder *holder);
    // The wait can be long, so the thread should hold no lock.
    bool is_long;
    // For the self-check: must a waiter go on waiting for the object? NULL:
    // that is unknown.
    bool (*must_wait)(const void *object);
};

// A wait for a mutex, which begins where one on a condition variable ends.
struct sim_relock {
    const void *mutex;
    const uint32_t *owner;  // sim_mark of its holder; 0: none.
    struct sim_queue *waiters;
    const struct sim_reason *reason;
};

// A lock that a thread holds. A thread that has read-locked an rwlock twice has
// two of these.
struct sim_hold {
    const void *lock;
    const char *what;       // "a mutex"
    const void *place;      // The place of the lock call.
    int number;             // The thread's. The thread may have ended.
    struct sim_life *life;  // The server whose code locked it; or NULL.
    bool was_tried;         // It was locked by a trylock.
    struct sim_hold *next;  // In the thread's list, the newest first.

    // For an rwlock: in the list of its readers.
    struct sim_hold *next_of_lock;
    struct sim_hold *previous_of_lock;
};

struct sim_rng {
    uint64_t state;
};

// A thread that polls in a loop would never let the others run. After so many
// points in a row PCT gives it the lowest priority, and in the calm order of a
// tape it comes last.
#define SIM_MAX_STREAK 1000

struct sim_thread {
    int number;  // In the order of creation; the first is 0.
    int slot;    // In the table of threads.
    // In sim.runnable, or in the queue of what it waits for. In none if it has
    // ended or stopped, waits for time alone, or could run but is frozen.
    struct sim_entry entry;
    struct sim_fiber fiber;

    // While it waits.
    struct sim_queue *woken_from;  // By sim_wake_one, until it runs.
    struct sim_entry timer;        // In sim.timers; its rank is when it is due.
    int result;                    // 0, or ETIMEDOUT: why it woke.
    const struct sim_reason *reason;  // NULL while it does not wait.
    const void *object;               // The object that it waits for.
    const void *place;                // The return address of the wait.
    int64_t wait_began_ns;
    const void *touches;  // The object that it uses next; NULL: unknown.
    // While it waits on a condition variable: the mutex to lock again. Then,
    // why that wait ended.
    struct sim_relock relock;
    bool relocks;
    int cond_result;

    // Its life.
    pthread_t id;
    char name[NAME_SIZE];  // As in the system, at first that of its maker.
    bool is_named;         // It has a name of its own.
    void *(*start)(void *);
    void *arg;
    void *value;  // Its return value.
    bool ended;
    bool detached;
    struct sim_thread *joiner;
    struct sim_queue joiners;
    uint64_t points;  // How often it was chosen to run.
    struct sim_thread *next_unused;

    uint64_t since;  // Its place in the calm order: the less, the earlier.

    // The name of its streams on a tape. It follows from its parent's name and
    // the number of threads that the parent had made. So it stays the same if
    // other threads are missing. In each of the program's rounds (tape.c) a
    // thread has another name.
    uint64_t key;
    uint64_t first_key;  // Outside of rounds.
    uint64_t n_made;     // Threads, in this round.
    uint64_t n_rounds;

    // Decides which of its accesses of memory are points. It has its own, so
    // that a draw less in one thread does not shift those of the others.
    struct sim_rng access_chance;

    // The servers whose code it runs (life.c); NULL: none.
    struct sim_life *home;    // The server whose code made the thread.
    struct sim_life *inside;  // The server whose code it runs now.
    struct sim_visit *visit;  // Its call into another server; or NULL.
    bool leaves;              // That server has crashed: it must leave.
    bool stopped;             // Its home has crashed: it never runs again.
    uint64_t due_point;       // While it waits in sim.counting.

    // While its server pauses.
    bool frozen;    // It must not run.
    bool is_ready;  // It could run if it were not frozen.

    struct sim_hold *holds;
    int n_holds;
    bool has_abandoned;  // It has left locks locked in a dead server.
    void **values;       // By key; NULL until one is set.
    void *cleanup;       // The innermost pthread_cleanup_push.
    bool cancel_disabled;
    bool cancel_asynchronous;

    // Used in the search for a circle of waiting threads (report.c).
    uint64_t search;  // Number of the last search that found it.
    struct sim_thread *next_found;
    const struct sim_thread *found_from;  // The thread that waits for it.
};

// ---- Servers ----

// The memory of a server is never freed, so no other gets its address.
struct sim_life {
    int number;
    bool dead;
    bool paused;
    bool has_resumer;         // A thread that will end the pause,
    void (*resumed)(void *);  // and then calls this; or NULL.
    void *resumed_arg;
    int64_t resume_ns;
    struct sim_queue entrance;  // Threads that called into it during the pause.
};

// A thread's call into a server that is not its home.
struct sim_visit {
    jmp_buf way_out;
    struct sim_life *life;
    struct sim_visit *outer;  // The call that this one was made in; or NULL.
    struct sim_life *where;   // The server that it came from; NULL: none.

    // The thread's state when it came in.
    int n_holds;
    void *cleanup;
    bool cancel_disabled;
    bool cancel_asynchronous;
};

// ---- The simulation ----

struct sim {
    bool on;
    struct sim_thread *self;  // The thread that runs.
    int64_t now_ns;
    int64_t limit_ns;     // Of the whole program; or NEVER.
    int64_t next_due_ns;  // When the first timer is due, or the limit.
    uint64_t points;
    uint64_t hash;
    struct sim_rng chance;  // The scheduler's.

    struct sim_queue runnable;
    bool taped;  // The run is written to a tape, or repeats one.
    const struct sim_policy *policy;

    struct sim_queue timers;
    uint64_t n_timers_ever;

    // Threads by slot (sim_thread_at). A thread's id consists of its number and
    // its slot. An unused slot has the id 0.
    struct sim_thread *chunks[MAX_SLOTS / CHUNK];
    int n_slots;
    int n_threads_ever;
    int n_alive;
    int *newest;                    // Slots, by the low bits of their numbers.
    struct sim_thread *unused;      // Their memory and slots can be used again.
    struct sim_thread *last_ended;  // Its stack is still to be freed.
    char *sync_addresses;           // See sync_address in thread.c.
    struct sim_queue shared_waiters;  // Of all spin locks and onces.
    struct sim_queue counting;  // Threads that wait for a number of points.
    uint64_t next_due_point;    // The lowest of these; or UINT64_MAX.

    uint64_t seed;
    struct sim_rng drawn;     // The program's.
    struct sim_rng sequence;  // That of rand and random, which can be seeded.
    uint64_t rand48;          // For the drand48 family.

    struct sim_rate *rates;  // By a server's number; clock.c.

    // Points at accesses of memory (accesses.c).
    bool has_access_points;
    bool hides_accesses;
    uint64_t points_without_time;  // A part of `points`.

    void (*fail)(const char *message);
    void (*watcher)(const struct sim_act *act);  // Or NULL.
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

// The number that stands for a thread in the program's objects; 0 stands for
// none.
static inline uint32_t sim_mark(const struct sim_thread *thread)
{
    return (uint32_t)thread->number + 1;
}

// The return address of the function that uses it.
#define HERE __builtin_return_address(0)

// ---- state.c ----

// Allocates zeroed memory for the simulator's tables. Not by malloc, which the
// sanitizers watch.
void *sim_reserve(size_t size);

// Ends the simulation with this message (sim_set_fail).
_Noreturn void sim_fail(const char *message);

// ---- table.c ----

void sim_table_start(void);

// Makes a thread, with a number and an id. NULL if there are too many.
struct sim_thread *sim_table_add(void);

// Removes a thread that is not used any more. Its memory is kept for the next.
void sim_table_remove(struct sim_thread *thread);

// The thread with this id, which may have ended; NULL if it was removed.
struct sim_thread *sim_table_find(pthread_t id);

// The thread with this number; NULL if it has ended.
struct sim_thread *sim_thread_of_number(int number);

// ---- names.c ----

// Describes a thread, for a message: "thread 3 "ticker" (server 1)". A thread
// that has no name of its own has that of the function that it runs.
struct sim_who {
    char text[96];
};
struct sim_who sim_who_is(const struct sim_thread *thread);

// The function that the thread runs, as symbols_find wants it; NULL if the
// thread has a name of its own.
const void *sim_runs(const struct sim_thread *thread);

// The same for the thread of this number, which may have ended.
struct sim_who sim_who(int number);

// The same for the calling thread, without a look at symbols: its name may be
// that of the thread that made it.
struct sim_who sim_who_am_i(void);

// The program's symbols, for reports; NULL if these are brief.
struct symbols *sim_symbols(void);

// ---- schedule.c ----

// Lets a scheduling point pass: chooses the thread that runs next. At least one
// can run.
struct sim_thread *sim_next_thread(void);

// Begins a wait (sim_wait). Returns the thread that runs next.
struct sim_thread *sim_begin_wait(struct sim_queue *queue, int64_t due_ns,
                                  const struct sim_reason *reason,
                                  const void *object, const void *place);

// Ends a thread's wait.
void sim_wake(struct sim_thread *thread, int result);

// Ends the wait of one thread of a queue that is not empty. The policy chooses
// it.
void sim_wake_one(struct sim_queue *queue);
void sim_wake_all(struct sim_queue *queue);

// Ends the wait of all who wait for this object in sim.shared_waiters.
void sim_wake_shared(const void *object);

// A new thread can run from now on.
void sim_schedule_add(struct sim_thread *thread);

// Called when the calling thread has ended. Another goes on.
_Noreturn void sim_schedule_end(void);

// Takes a thread that can run, or waits, out of all queues.
void sim_schedule_remove(struct sim_thread *thread);

// Lets a removed thread run again, as if its wait had ended.
void sim_schedule_return(struct sim_thread *thread);

// Freezes a thread, which can run or waits: it does not run until it is thawed.
// Thaws a thread.
void sim_schedule_freeze(struct sim_thread *thread);
void sim_schedule_thaw(struct sim_thread *thread);

// Frees the stack of sim.last_ended, if there is one. Called on another stack.
void sim_schedule_free_ended(void);

// Called when the server that the calling thread has called into has crashed.
// Returns the thread to sim_life_run.
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

// Changes the entry's rank and order, and so its place in its queue.
void sim_queue_set_rank(struct sim_entry *entry, int64_t rank, uint64_t order);

// Returns the first thread of a queue that is not empty.
struct sim_thread *sim_queue_first(const struct sim_queue *queue);

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

// Prepares a new thread, which is in no queue yet.
void sim_policy_add(struct sim_thread *thread);

// Prepares a thread, which is in no queue, to run.
void sim_policy_prepare(struct sim_thread *thread);

// Puts the thread behind all others, unless the policy has no order.
void sim_policy_put_last(struct sim_thread *thread);

// Chooses a thread of a queue that is not empty.
struct sim_thread *sim_policy_choose(const struct sim_queue *queue);

// ---- tape.c: called only if there is a tape (sim.taped), but for two ----

void sim_tape_start(const struct sim_options *options);

// Gives a new thread its key, and the last place among those that wait.
void sim_tape_add(struct sim_thread *thread, struct sim_thread *parent);

// Chooses the next thread to run, by the policy or by the repeated tape.
struct sim_thread *sim_tape_next(void);

// The running thread wants to come last at the next point.
void sim_tape_yield(void);

// A draw of this kind, for the running thread. Returns the value that it has on
// the repeated tape, or else `value`.
//   bound  the draw is below it; 0: any number
uint64_t sim_tape_draw(const char *kind, uint64_t bound, uint64_t value);

// The same for a draw of the schedule, which can be calm instead
// (calm_percent).
uint64_t sim_tape_draw_of_schedule(const char *kind, uint64_t bound,
                                   uint64_t value);

// The same for the choice of a thread of a queue.
struct sim_thread *sim_tape_choose(const struct sim_queue *queue,
                                   struct sim_thread *chosen);

// ---- timers.c ----

void sim_timers_add(struct sim_thread *thread, int64_t due_ns);
void sim_timers_remove(struct sim_thread *thread);

// The thread whose timer was due first; NULL if no timer is due.
struct sim_thread *sim_timers_due(void);

// ---- rng.c ----

struct sim_rng sim_rng_make(uint64_t seed, uint64_t stream);

static inline uint64_t sim_rng_next(struct sim_rng *rng)
{
    rng->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

// Uniform in [0, bound).
static inline uint32_t sim_rng_below(struct sim_rng *rng, uint32_t bound)
{
    // Its bias, below 2^-32 * bound, is too small to matter here.
    return (uint32_t)(((sim_rng_next(rng) >> 32) * bound) >> 32);
}

// Returns a random thread of a queue that is not empty.
static inline struct sim_thread *sim_queue_draw(const struct sim_queue *queue)
{
    uint32_t i = 0;
    if (queue->count > 1)
        i = sim_rng_below(&sim.chance, queue->count);
    return queue->entries[i]->thread;
}

// ---- clock.c ----

// Return the time of the calling thread's clock, since the start of the
// simulation; and the virtual time at which this clock shows time_ns. A
// server's clock can be fast or slow.
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

// ---- Called at the start, to learn the layout of the system's objects ----

// Fail if this C library's layout is not the one that our objects are made for.
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

// Does the calling thread hold it exactly once? Reports a destroyed mutex.
bool sim_mutex_is_held(pthread_mutex_t *mutex, const void *place);

// Unlock a mutex that the caller holds, without a scheduling point; and lock it
// again. A recursive one gets its depth back.
uint32_t sim_mutex_let_go(pthread_mutex_t *mutex);
void sim_mutex_take_again(pthread_mutex_t *mutex, uint32_t depth,
                          const void *place);

// Describes the wait for this mutex.
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

// Adds a lock that the calling thread has locked.
//   what  "a mutex"
struct sim_hold *sim_hold_add(const void *lock, const char *what,
                              const void *place);

// The newest of the calling thread's holds of this lock; NULL if there is none.
struct sim_hold *sim_hold_find(const void *lock);

// Removes that one, if there is one.
void sim_hold_remove(const void *lock);

// Removes the newest of the calling thread's holds, until there are n_holds.
// The locks stay locked.
void sim_holds_abandon(int n_holds);

// ---- once.c, keys.c, cleanup.c ----

int sim_once(int *state, void (*routine)(void), const void *place);
void sim_keys_destroy_values(struct sim_thread *thread);
void sim_cleanup_run(struct sim_thread *thread);

// ---- watch.c: called when a thread acts ----

void sim_watch_turn(const struct sim_thread *before,
                    const struct sim_thread *next);
void sim_watch_wait(const struct sim_thread *thread);
void sim_watch_lock(enum sim_act_kind kind, const struct sim_hold *hold);

// ---- ids.c ----

// Returns what gettid() returns to the thread of this number.
int sim_tid(int number);

// ---- report.c ----

// Finds the bounds of a thread's stack. False if the system does not tell them.
bool sim_stack_bounds(const struct sim_thread *thread, const char **low,
                      const char **high);

// Finds the return addresses on a thread's stack, from this frame outwards, at
// most SIM_MAX_CALLS. Returns their number.
int sim_walk(const struct sim_thread *thread, const void *frame,
             const void **places);

// Reports a bug of the program, at this place of the calling thread.
//   format  a sentence about the bug; the thread, the place and its callers are
//   added
_Noreturn void sim_misuse(const void *place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Reports a deadlock if this thread, which now waits, is in a circle of threads
// that wait for each other without a time limit.
void sim_check_circle(struct sim_thread *thread);

// Reports that the program has not ended within its limit of virtual time.
_Noreturn void sim_report_limit(void);

// Reports that no thread can run, now or ever.
_Noreturn void sim_report_deadlock(void);

// Reports that the calling thread locks what it holds already: "a mutex".
_Noreturn void sim_report_self_deadlock(const char *what, const void *since,
                                        const void *place);

// Reports that the calling thread returns from this function and still holds a
// lock.
_Noreturn void sim_report_kept(const char *function,
                               const struct sim_hold *hold);

// Notes that the calling thread has waited for this reason since wait_began_ns,
// and held a lock (sim_describe_wait_with_lock).
void sim_note_wait_with_lock(const struct sim_reason *reason);

// Reports a bug from a signal handler. The thread is at this program counter
// and frame.
_Noreturn void sim_report_here(const char *sentence, const void *pc,
                               const void *frame);

// ---- signals.c ----

// Installs the handlers that report loops without a scheduling point and stacks
// that overflow; and removes them.
void sim_signals_start(void);
void sim_signals_stop(void);

// The program counter and the frame in the context of a signal.
void sim_registers(const void *context, const void **pc, const void **frame);

// ---- The hash ----

static inline void sim_hash_add(uint64_t number)
{
    // The sum keeps the hash from staying 0 when zeros are mixed in.
    uint64_t h = (sim.hash ^ number) + UINT64_C(0x2545f4914f6cdd1d);
    h *= UINT64_C(0x9e3779b97f4a7c15);
    sim.hash = h ^ (h >> 29);
}

// ---- For ThreadSanitizer ----

void __tsan_acquire(void *object) __attribute__((weak));
void __tsan_release(void *object) __attribute__((weak));

// All that is done before sim_release of an object happens before all that is
// done after sim_acquire of it.
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

// Between these two ThreadSanitizer ignores memory accesses. Needed where the
// simulator uses memset and memcpy, which it intercepts.
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

// ---- Scheduling points ----

// These are inline: see sim_fiber_switch. A wrapped function that most programs
// call often has INLINE, so that all its calls are inline.
#define INLINE __attribute__((flatten))

// Lets the chosen thread run. Returns when the caller has been chosen again.
__attribute__((always_inline)) static inline void sim_switch_to(
    struct sim_thread *next)
{
    struct sim_thread *self = sim.self;
    if (next == self)
        return;
    if (__builtin_expect(sim.watcher != NULL, 0))
        sim_watch_turn(self, next);
    sim.self = next;
    sim_fiber_switch(&self->fiber, &next->fiber);
    if (__builtin_expect(sim.last_ended != NULL, 0))
        sim_schedule_free_ended();
    if (__builtin_expect(self->leaves, 0))
        sim_schedule_leave();
}

// A scheduling point before the caller uses an object of the program, such as a
// mutex: another thread may go on instead of the caller.
__attribute__((always_inline)) static inline void sim_point_before(
    const void *object)
{
    sim.self->touches = object;
    sim_switch_to(sim_next_thread());
}

// The same before the caller does anything else.
__attribute__((always_inline)) static inline void sim_point(void)
{
    sim_point_before(NULL);
}

// Waits in this queue (in none if it is NULL) until sim_wake, or until the time
// is due_ns. Returns sim_wake's result, or ETIMEDOUT. If no thread can ever
// wake the caller, that is a deadlock, which is reported.
//   reason, object, place  for the report
__attribute__((always_inline)) static inline int sim_wait(
    struct sim_queue *queue, int64_t due_ns, const struct sim_reason *reason,
    const void *object, const void *place)
{
    struct sim_thread *self = sim.self;
    sim_switch_to(sim_begin_wait(queue, due_ns, reason, object, place));
    if (self->holds != NULL && reason->is_long)
        sim_note_wait_with_lock(reason);
    self->reason = NULL;
    self->woken_from = NULL;
    return self->result;
}

// Happens once in so many calls, by chance.
//   kind  of its draws on a tape
__attribute__((always_inline)) static inline bool sim_schedule_chance(
    const char *kind, uint32_t one_in)
{
    bool happens = sim_rng_below(&sim.chance, one_in) == 0;
    if (__builtin_expect(sim.taped, 0))
        happens = sim_tape_draw_of_schedule(kind, 2, happens) == 1;
    return happens;
}

// A scheduling point in one of AT_TIMES calls. Used while the caller holds a
// lock: with some seeds other threads then run meanwhile. One at every call
// would take too long.
#define AT_TIMES 8
__attribute__((always_inline)) static inline void sim_point_at_times(void)
{
    if (sim_schedule_chance("held", AT_TIMES))
        sim_point();
}

// Like sim_point, but the caller goes behind all others (sim_policy_put_last).
__attribute__((always_inline)) static inline void sim_yield(void)
{
    sim_policy_put_last(sim.self);
    if (__builtin_expect(sim.taped, 0))
        sim_tape_yield();
    sim_point();
}

#endif
