// Mutexes of every type. A mutex's state lies in the program's pthread_mutex_t.
// An unlocked one is all zero except its kind, so static initialisers work. At
// its start a simulation checks that they set the kind where we have it.
//
// An unlock wakes one waiter, which tries again. Another thread may be faster,
// as with the system's mutexes.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>

// Static initialisers put the type where `kind` lies. They are compiled into
// programs, so no C library can move it.
struct mutex {
    uint32_t owner;     // sim_mark of its holder; 0: none.
    uint32_t depth;     // Of a recursive one: the owner's further locks.
    const void *place;  // The place of the lock call.
    int kind;
    struct sim_queue waiters;
};
_Static_assert(sizeof(struct mutex) <= sizeof(pthread_mutex_t), "it must fit");

#define TYPE      3     // These bits of the kind are the type.
#define DESTROYED (-1)  // As in the system.

static const char destroyed[] = "uses a mutex that has been destroyed";

static bool next_holder(const void *object, struct sim_holder *holder)
{
    const struct mutex *m = object;
    if (holder->at != NULL || m->owner == 0)
        return false;
    *holder = (struct sim_holder){ m, (int)m->owner - 1, m->place };
    return true;
}

static bool is_locked(const void *object)
{
    return ((const struct mutex *)object)->owner != 0;
}

static const struct sim_reason to_lock = { .text = "to lock a mutex",
                                           .object = "mutex",
                                           .next_holder = next_holder,
                                           .must_wait = is_locked };
static const struct sim_reason to_lock_again = {
    .text = "to lock its mutex again after waiting on a condition variable",
    .object = "mutex",
    .next_holder = next_holder,
    .must_wait = is_locked,
};

static struct mutex *get(pthread_mutex_t *mutex, const void *place)
{
    struct mutex *m = (struct mutex *)mutex;
    if (__builtin_expect(m->kind == DESTROYED, 0))
        sim_misuse(place, destroyed);
    return m;
}

static bool is_mine(const struct mutex *m)
{
    return m->owner == sim_mark(sim.self);
}

static void take(struct mutex *m, const void *place)
{
    m->owner = sim_mark(sim.self);
    m->place = place;
    sim_hold_add(m, "a mutex", place);
    sim_acquire(m);
}

static void let_go(struct mutex *m)
{
    sim_release(m);
    sim_hold_remove(m);
    m->owner = 0;
    if (m->waiters.count > 0)
        sim_wake_one(&m->waiters);
}

// Waits until the mutex is free and takes it. The caller does not hold it.
static int wait_and_take(struct mutex *m, int64_t due_ns,
                         const struct sim_reason *reason, const void *place)
{
    while (m->owner != 0) {
        int error = sim_wait(&m->waiters, due_ns, reason, m, place);
        if (error != 0 && m->owner != 0)
            return error;
        if (__builtin_expect(m->kind == DESTROYED, 0))
            sim_misuse(place, destroyed);
    }
    take(m, place);
    return 0;
}

static int lock_mine(struct mutex *m, int64_t due_ns, const void *place)
{
    switch (m->kind & TYPE) {
    case PTHREAD_MUTEX_RECURSIVE:
        if (m->depth == UINT32_MAX)
            return EAGAIN;
        m->depth++;
        return 0;
    case PTHREAD_MUTEX_ERRORCHECK:
        return EDEADLK;
    default:
        if (due_ns == NEVER)
            sim_report_self_deadlock("a mutex", m->place, place);
        return sim_wait(&m->waiters, due_ns, &to_lock, m, place);
    }
}

int sim_mutex_lock(pthread_mutex_t *mutex, int64_t due_ns, const void *place)
{
    sim_point_before(mutex);
    struct mutex *m = get(mutex, place);
    if (is_mine(m))
        return lock_mine(m, due_ns, place);
    int error = wait_and_take(m, due_ns, &to_lock, place);
    if (error == 0)
        sim_point_at_times();
    return error;
}

int sim_mutex_trylock(pthread_mutex_t *mutex, const void *place)
{
    struct mutex *m = get(mutex, place);
    if (is_mine(m)) {  // Nobody can change that: no need for a point.
        if ((m->kind & TYPE) != PTHREAD_MUTEX_RECURSIVE)
            return EBUSY;
        return lock_mine(m, NEVER, place);
    }
    sim_point_before(mutex);
    get(mutex, place);
    if (m->owner != 0)
        return EBUSY;
    take(m, place);
    sim.self->holds->was_tried = true;
    sim_point_at_times();
    return 0;
}

static int unlock_not_mine(const struct mutex *m, const void *place)
{
    if ((m->kind & TYPE) == PTHREAD_MUTEX_ERRORCHECK)
        return EPERM;
    if (m->owner == 0)
        sim_misuse(place, "unlocks a mutex that nobody holds");
    sim_misuse(place, "unlocks a mutex that %s holds",
               sim_who((int)m->owner - 1).text);
}

int sim_mutex_unlock(pthread_mutex_t *mutex, const void *place)
{
    struct mutex *m = get(mutex, place);
    if (__builtin_expect(!is_mine(m), 0))
        return unlock_not_mine(m, place);
    if (m->depth > 0) {
        m->depth--;
        return 0;
    }
    sim_point_at_times();
    let_go(m);
    sim_point();
    return 0;
}

int sim_mutex_init(pthread_mutex_t *mutex, int kind)
{
    sim_point();
    *(struct mutex *)mutex = (struct mutex){ .kind = kind };
    return 0;
}

int sim_mutex_destroy(pthread_mutex_t *mutex, const void *place)
{
    sim_point();
    struct mutex *m = get(mutex, place);
    if (m->owner != 0)
        sim_misuse(place, "destroys a mutex that %s holds",
                   sim_who((int)m->owner - 1).text);
    if (m->waiters.count > 0)
        sim_misuse(place, "destroys a mutex that a thread is about to lock");
    m->kind = DESTROYED;
    return 0;
}

void sim_mutex_start(void)
{
    static const pthread_mutex_t made[] = {
        [PTHREAD_MUTEX_NORMAL] = PTHREAD_MUTEX_INITIALIZER,
        [PTHREAD_MUTEX_RECURSIVE] = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
        [PTHREAD_MUTEX_ERRORCHECK] = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP,
    };
    for (int kind = 0; kind < (int)(sizeof made / sizeof made[0]); kind++) {
        if (((const struct mutex *)&made[kind])->kind != kind)
            sim_fail("this C library's PTHREAD_MUTEX_INITIALIZER is not as "
                     "sim/mutex.c has it");
    }
}

// ---- For condition variables, and for reports ----

bool sim_mutex_is_held(pthread_mutex_t *mutex, const void *place)
{
    return is_mine(get(mutex, place));
}

uint32_t sim_mutex_let_go(pthread_mutex_t *mutex)
{
    struct mutex *m = (struct mutex *)mutex;
    uint32_t depth = m->depth;
    m->depth = 0;
    let_go(m);
    return depth;
}

void sim_mutex_take_again(pthread_mutex_t *mutex, uint32_t depth,
                          const void *place)
{
    struct mutex *m = get(mutex, place);
    wait_and_take(m, NEVER, &to_lock_again, place);
    m->depth = depth;
}

struct sim_relock sim_mutex_relock(pthread_mutex_t *mutex)
{
    struct mutex *m = (struct mutex *)mutex;
    return (struct sim_relock){ m, &m->owner, &m->waiters, &to_lock_again };
}

// ---- The wrapped functions ----

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex,
                              const pthread_mutexattr_t *attr)
{
    if (!sim.on)
        return __real_pthread_mutex_init(mutex, attr);
    int kind = PTHREAD_MUTEX_DEFAULT;
    int robust = PTHREAD_MUTEX_STALLED;
    if (attr != NULL) {
        pthread_mutexattr_gettype(attr, &kind);
        pthread_mutexattr_getrobust(attr, &robust);
    }
    if (robust != PTHREAD_MUTEX_STALLED)
        sim_misuse(HERE, "makes a robust mutex, which is not simulated: use a "
                         "plain one");
    return sim_mutex_init(mutex, kind);
}

int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    if (!sim.on)
        return __real_pthread_mutex_destroy(mutex);
    return sim_mutex_destroy(mutex, HERE);
}

INLINE int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (!sim.on)
        return __real_pthread_mutex_lock(mutex);
    return sim_mutex_lock(mutex, NEVER, HERE);
}

INLINE int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    if (!sim.on)
        return __real_pthread_mutex_trylock(mutex);
    return sim_mutex_trylock(mutex, HERE);
}

int __wrap_pthread_mutex_timedlock(pthread_mutex_t *mutex,
                                   const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_mutex_timedlock(mutex, time);
    return sim_mutex_lock(mutex, sim_due(CLOCK_REALTIME, time, HERE), HERE);
}

int __wrap_pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                   const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_mutex_clocklock(mutex, clock, time);
    return sim_mutex_lock(mutex, sim_due(clock, time, HERE), HERE);
}

INLINE int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (!sim.on)
        return __real_pthread_mutex_unlock(mutex);
    return sim_mutex_unlock(mutex, HERE);
}

int __wrap_pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    if (!sim.on)
        return __real_pthread_mutex_consistent(mutex);
    (void)mutex;
    sim_misuse(HERE, "calls pthread_mutex_consistent, but no mutex here is "
                     "robust");
}
