// Read-write locks. Readers and writers wait in one queue and are let on
// together, so that the schedule decides who comes first; unless the lock was
// made to prefer writers: then no reader passes one that waits.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <stddef.h>

struct rwlock {
    uint32_t writer;  // sim_mark of who holds it for writing; 0: nobody.
    uint32_t n_readers;
    struct sim_queue waiters;
    const void *place;  // Where it was locked, by the last one.
    uint32_t state;
    uint32_t n_writers_waiting;
    uint32_t reader;  // sim_mark of the last reader, for reports.
    uint32_t unused;
    uint32_t flags;  // Where the system's static initialisers put it.
};
_Static_assert(sizeof(struct rwlock) <= sizeof(pthread_rwlock_t),
               "it must fit");
_Static_assert(offsetof(struct rwlock, flags) ==
                   offsetof(pthread_rwlock_t, __data.__flags),
               "static initialisers set the flags");

#define DESTROYED 0xdeadu

static int holder(const void *object, const void **since)
{
    const struct rwlock *lock = object;
    *since = lock->place;
    if (lock->writer != 0)
        return (int)lock->writer - 1;
    return lock->n_readers > 0 ? (int)lock->reader - 1 : -1;
}

static const struct sim_reason to_read = { "to lock an rwlock for reading",
                                           holder };
static const struct sim_reason to_write = { "to lock an rwlock for writing",
                                            holder };

static struct rwlock *get(pthread_rwlock_t *lock, const void *place)
{
    struct rwlock *l = (struct rwlock *)lock;
    if (l->state == DESTROYED)
        sim_misuse(place, "uses an rwlock that has been destroyed");
    return l;
}

// ---- Who reads ----

static int find_read(const struct rwlock *l)
{
    for (int i = 0; i < sim.self->n_reads; i++) {
        if (sim.self->reads[i].rwlock == l)
            return i;
    }
    return -1;
}

static void remember_read(struct rwlock *l, const void *place)
{
    struct sim_thread *self = sim.self;
    if (self->n_reads < MAX_READ)
        self->reads[self->n_reads] = (struct sim_read){ l, place };
    self->n_reads++;
}

// One that has more locks than can be remembered is believed.
static bool forget_read(const struct rwlock *l)
{
    struct sim_thread *self = sim.self;
    int n_known = self->n_reads < MAX_READ ? self->n_reads : MAX_READ;
    for (int i = n_known - 1; i >= 0; i--) {
        if (self->reads[i].rwlock == l) {
            self->n_reads--;
            if (self->n_reads < MAX_READ)
                self->reads[i] = self->reads[self->n_reads];
            return true;
        }
    }
    if (self->n_reads <= MAX_READ)
        return false;
    self->n_reads--;
    return true;
}

// ---- Locking ----

static bool may_read(const struct rwlock *l)
{
    if (l->writer != 0)
        return false;
    return l->flags != PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP ||
           l->n_writers_waiting == 0;
}

static bool may_write(const struct rwlock *l)
{
    return l->writer == 0 && l->n_readers == 0;
}

static void take_read(struct rwlock *l, const void *place)
{
    l->n_readers++;
    l->reader = sim_mark(sim.self);
    l->place = place;
    remember_read(l, place);
    sim_acquire(l);
}

static void take_write(struct rwlock *l, const void *place)
{
    l->writer = sim_mark(sim.self);
    l->place = place;
    sim_acquire(l);
    sim_acquire(&l->waiters);
}

static int lock_to_read(pthread_rwlock_t *lock, int64_t due_ns,
                        const void *place)
{
    sim_point();
    struct rwlock *l = get(lock, place);
    if (l->writer == sim_mark(sim.self))
        return EDEADLK;
    while (!may_read(l)) {
        int error = sim_wait(&l->waiters, due_ns, &to_read, l, place);
        if (error != 0 && !may_read(l))
            return error;
        get(lock, place);
    }
    take_read(l, place);
    return 0;
}

static int lock_to_write(pthread_rwlock_t *lock, int64_t due_ns,
                         const void *place)
{
    sim_point();
    struct rwlock *l = get(lock, place);
    if (l->writer == sim_mark(sim.self))
        return EDEADLK;
    int mine = find_read(l);
    if (mine >= 0 && due_ns == NEVER)
        sim_report_self_deadlock("an rwlock for writing",
                                 sim.self->reads[mine].place, place);
    while (!may_write(l)) {
        l->n_writers_waiting++;
        int error = sim_wait(&l->waiters, due_ns, &to_write, l, place);
        l->n_writers_waiting--;
        if (error != 0 && !may_write(l)) {
            // Readers may have waited for this one alone.
            sim_wake_all(&l->waiters);
            return error;
        }
        get(lock, place);
    }
    take_write(l, place);
    return 0;
}

static int unlock(pthread_rwlock_t *lock, const void *place)
{
    struct rwlock *l = get(lock, place);
    if (l->writer != 0) {
        if (l->writer != sim_mark(sim.self))
            sim_misuse(place, "unlocks an rwlock that %s holds for writing",
                       sim_who((int)l->writer - 1).text);
        sim_release(l);
        l->writer = 0;
    } else {
        if (l->n_readers == 0)
            sim_misuse(place, "unlocks an rwlock that nobody holds");
        if (!forget_read(l))
            sim_misuse(place, "unlocks an rwlock that it does not hold");
        // Readers come before the next writer, but not before other readers.
        sim_release(&l->waiters);
        l->n_readers--;
    }
    if (l->n_readers == 0)
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
    struct rwlock *l = get(lock, HERE);
    const void *since;
    if (holder(l, &since) >= 0)
        sim_misuse(HERE, "destroys an rwlock that %s holds",
                   sim_who(holder(l, &since)).text);
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
    sim_point();
    struct rwlock *l = get(lock, HERE);
    if (!may_read(l))
        return EBUSY;
    take_read(l, HERE);
    return 0;
}

int __wrap_pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock,
                                      const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_rwlock_clockrdlock(lock, clock, time);
    int64_t due_ns;
    if (!sim_due(clock, time, &due_ns))
        return EINVAL;
    return lock_to_read(lock, due_ns, HERE);
}

int __wrap_pthread_rwlock_timedrdlock(pthread_rwlock_t *lock,
                                      const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_rwlock_timedrdlock(lock, time);
    int64_t due_ns;
    if (!sim_due(CLOCK_REALTIME, time, &due_ns))
        return EINVAL;
    return lock_to_read(lock, due_ns, HERE);
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
    sim_point();
    struct rwlock *l = get(lock, HERE);
    if (!may_write(l))
        return EBUSY;
    take_write(l, HERE);
    return 0;
}

int __wrap_pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock,
                                      const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_rwlock_clockwrlock(lock, clock, time);
    int64_t due_ns;
    if (!sim_due(clock, time, &due_ns))
        return EINVAL;
    return lock_to_write(lock, due_ns, HERE);
}

int __wrap_pthread_rwlock_timedwrlock(pthread_rwlock_t *lock,
                                      const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_rwlock_timedwrlock(lock, time);
    int64_t due_ns;
    if (!sim_due(CLOCK_REALTIME, time, &due_ns))
        return EINVAL;
    return lock_to_write(lock, due_ns, HERE);
}

int __wrap_pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_rwlock_unlock(lock);
    return unlock(lock, HERE);
}
