// Read-write locks. Readers and writers wait in one queue and are woken
// together; the schedule decides which is first. In a lock that prefers writers
// no reader overtakes a waiting writer.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>

struct rwlock {
    struct sim_queue waiters;
    const void *place;  // The place of the writer's lock call.
    uint32_t writer;    // sim_mark of the writer; 0: none.
    uint32_t state;
    uint32_t n_writers_waiting;
    uint32_t unused;
    struct sim_hold *readers;  // The read locks, the newest first.
    uint32_t flags;            // Static initialisers set it here; see mutex.c.
};
_Static_assert(sizeof(struct rwlock) <= sizeof(pthread_rwlock_t),
               "it must fit");

#define DESTROYED 0xdeadu

static const char rwlock[] = "an rwlock";

static bool is_for_writers(const struct rwlock *l)
{
    return l->flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

static bool may_read(const struct rwlock *l)
{
    if (l->writer != 0)
        return false;
    return !is_for_writers(l) || l->n_writers_waiting == 0;
}

static bool may_write(const struct rwlock *l)
{
    return l->writer == 0 && l->readers == NULL;
}

static bool must_wait_to_read(const void *object)
{
    return !may_read(object);
}

static bool must_wait_to_write(const void *object)
{
    return !may_write(object);
}

static bool next_reader(const struct rwlock *l, struct sim_holder *holder)
{
    const struct sim_hold *last = holder->at;
    const struct sim_hold *read =
        last == NULL ? l->readers : last->next_of_lock;
    if (read == NULL)
        return false;
    *holder = (struct sim_holder){ read, read->number, read->place };
    return true;
}

// Iterates over the threads that hold the lock: the writer or the readers.
static bool next_holder(const void *object, struct sim_holder *holder)
{
    const struct rwlock *l = object;
    if (l->writer == 0)
        return next_reader(l, holder);
    if (holder->at != NULL)
        return false;
    *holder = (struct sim_holder){ l, (int)l->writer - 1, l->place };
    return true;
}

static const struct sim_reason to_write = {
    .text = "to lock an rwlock for writing",
    .object = "rwlock",
    .next_holder = next_holder,
    .must_wait = must_wait_to_write,
};

// Iterates over the threads that a reader waits for: the writer or, if there is
// none, all waiting writers.
static bool next_before_reader(const void *object, struct sim_holder *holder)
{
    const struct rwlock *l = object;
    if (l->writer != 0)
        return next_holder(object, holder);
    const struct sim_thread *last = holder->at;
    uint32_t i = last == NULL ? 0 : last->entry.position + 1;
    while (i < l->waiters.count &&
           sim_queue_at(&l->waiters, i)->reason != &to_write)
        i++;
    if (i == l->waiters.count)
        return false;
    const struct sim_thread *thread = sim_queue_at(&l->waiters, i);
    *holder = (struct sim_holder){ thread, thread->number, NULL };
    return true;
}

static const struct sim_reason to_read = {
    .text = "to lock an rwlock for reading",
    .object = "rwlock",
    .next_holder = next_before_reader,
    .must_wait = must_wait_to_read,
};

static struct rwlock *get(pthread_rwlock_t *lock, const void *place)
{
    struct rwlock *l = (struct rwlock *)lock;
    if (l->state == DESTROYED)
        sim_misuse(place, "uses an rwlock that has been destroyed");
    return l;
}

void sim_rwlock_start(void)
{
    static const pthread_rwlock_t made[] = {
        PTHREAD_RWLOCK_INITIALIZER,
        PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP,
    };
    if (((const struct rwlock *)&made[0])->flags != PTHREAD_RWLOCK_DEFAULT_NP ||
        ((const struct rwlock *)&made[1])->flags !=
            PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)
        sim_fail("this C library's PTHREAD_RWLOCK_INITIALIZER is not as "
                 "sim/rwlock.c has it");
}

// ---- Readers ----

static void add_read(struct rwlock *l, const void *place)
{
    struct sim_hold *read = sim_hold_add(l, rwlock, place);
    read->next_of_lock = l->readers;
    if (l->readers != NULL)
        l->readers->previous_of_lock = read;
    l->readers = read;
}

static void remove_read(struct rwlock *l, struct sim_hold *read)
{
    if (read->previous_of_lock != NULL)
        read->previous_of_lock->next_of_lock = read->next_of_lock;
    else
        l->readers = read->next_of_lock;
    if (read->next_of_lock != NULL)
        read->next_of_lock->previous_of_lock = read->previous_of_lock;
    sim_hold_remove(l);
}

// ---- Locking ----

static void take_read(struct rwlock *l, const void *place)
{
    add_read(l, place);
    sim_acquire(l);
}

static void take_write(struct rwlock *l, const void *place)
{
    l->writer = sim_mark(sim.self);
    l->place = place;
    sim_hold_add(l, rwlock, place);
    sim_acquire(l);
    sim_acquire(&l->waiters);
}

// Reports a lock by its own writer. The system returns EDEADLK; a caller that
// ignores it would go on without the lock.
static void check_not_mine(const struct rwlock *l, const char *what,
                           const void *place)
{
    if (l->writer == sim_mark(sim.self))
        sim_report_self_deadlock(what, l->place, place);
}

static int lock_to_read(pthread_rwlock_t *lock, int64_t due_ns,
                        const void *place)
{
    sim_point_before(lock);
    struct rwlock *l = get(lock, place);
    check_not_mine(l, "an rwlock for reading", place);
    while (!may_read(l)) {
        int error = sim_wait(&l->waiters, due_ns, &to_read, l, place);
        if (error != 0 && !may_read(l))
            return error;
        get(lock, place);
    }
    take_read(l, place);
    sim_point_at_times();
    return 0;
}

static int lock_to_write(pthread_rwlock_t *lock, int64_t due_ns,
                         const void *place)
{
    sim_point_before(lock);
    struct rwlock *l = get(lock, place);
    check_not_mine(l, "an rwlock for writing", place);
    const struct sim_hold *mine = sim_hold_find(l);
    if (mine != NULL && due_ns == NEVER)
        sim_report_self_deadlock("an rwlock for writing", mine->place, place);
    while (!may_write(l)) {
        l->n_writers_waiting++;
        int error = sim_wait(&l->waiters, due_ns, &to_write, l, place);
        l->n_writers_waiting--;
        if (error != 0 && !may_write(l)) {
            // Some readers may have waited only for this writer.
            sim_wake_all(&l->waiters);
            return error;
        }
        get(lock, place);
    }
    take_write(l, place);
    sim_point_at_times();
    return 0;
}

static int unlock(pthread_rwlock_t *lock, const void *place)
{
    sim_point_at_times();
    struct rwlock *l = get(lock, place);
    if (l->writer != 0) {
        if (l->writer != sim_mark(sim.self))
            sim_misuse(place, "unlocks an rwlock that %s holds for writing",
                       sim_who((int)l->writer - 1).text);
        sim_release(l);
        sim_hold_remove(l);
        l->writer = 0;
    } else {
        struct sim_hold *mine = sim_hold_find(l);
        if (l->readers == NULL)
            sim_misuse(place, "unlocks an rwlock that nobody holds");
        if (mine == NULL)
            sim_misuse(place, "unlocks an rwlock that it does not hold");
        // An unlock by a reader happens before the next writer's lock, but not
        // before other readers'.
        sim_release(&l->waiters);
        remove_read(l, mine);
    }
    if (l->readers == NULL)
        sim_wake_all(&l->waiters);
    sim_point();
    return 0;
}

// ---- The wrapped functions ----

int __wrap_pthread_rwlock_init(pthread_rwlock_t *lock,
                               const pthread_rwlockattr_t *attr)
{
    if (!sim.on)
        return __real_pthread_rwlock_init(lock, attr);
    sim_point();
    int kind = PTHREAD_RWLOCK_DEFAULT_NP;
    if (attr != NULL)
        pthread_rwlockattr_getkind_np(attr, &kind);
    *(struct rwlock *)lock = (struct rwlock){ .flags = (uint32_t)kind };
    return 0;
}

int __wrap_pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_rwlock_destroy(lock);
    sim_point();
    struct rwlock *l = get(lock, HERE);
    struct sim_holder holder = { 0 };
    if (next_holder(l, &holder))
        sim_misuse(HERE, "destroys an rwlock that %s holds",
                   sim_who(holder.number).text);
    if (l->waiters.count > 0)
        sim_misuse(HERE, "destroys an rwlock that a thread is about to lock");
    l->state = DESTROYED;
    return 0;
}

int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_rwlock_rdlock(lock);
    return lock_to_read(lock, NEVER, HERE);
}

int __wrap_pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_rwlock_tryrdlock(lock);
    sim_point_before(lock);
    struct rwlock *l = get(lock, HERE);
    if (!may_read(l))
        return EBUSY;
    take_read(l, HERE);
    sim.self->holds->was_tried = true;
    sim_point_at_times();
    return 0;
}

int __wrap_pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock,
                                      const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_rwlock_clockrdlock(lock, clock, time);
    return lock_to_read(lock, sim_due(clock, time, HERE), HERE);
}

int __wrap_pthread_rwlock_timedrdlock(pthread_rwlock_t *lock,
                                      const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_rwlock_timedrdlock(lock, time);
    return lock_to_read(lock, sim_due(CLOCK_REALTIME, time, HERE), HERE);
}

int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_rwlock_wrlock(lock);
    return lock_to_write(lock, NEVER, HERE);
}

int __wrap_pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_rwlock_trywrlock(lock);
    sim_point_before(lock);
    struct rwlock *l = get(lock, HERE);
    if (!may_write(l))
        return EBUSY;
    take_write(l, HERE);
    sim.self->holds->was_tried = true;
    sim_point_at_times();
    return 0;
}

int __wrap_pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock,
                                      const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_rwlock_clockwrlock(lock, clock, time);
    return lock_to_write(lock, sim_due(clock, time, HERE), HERE);
}

int __wrap_pthread_rwlock_timedwrlock(pthread_rwlock_t *lock,
                                      const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_rwlock_timedwrlock(lock, time);
    return lock_to_write(lock, sim_due(CLOCK_REALTIME, time, HERE), HERE);
}

int __wrap_pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_rwlock_unlock(lock);
    return unlock(lock, HERE);
}
