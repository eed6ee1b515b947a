// Condition variables. A signal wakes a waiter that the seed draws. The state
// lies in the program's pthread_cond_t; all zero is one that nobody waits on.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <stddef.h>

struct cond {
    struct sim_queue waiters;
    pthread_mutex_t *mutex;  // That the waiters let go.
    uint32_t state;
    uint32_t unused[2];
    // Where the system keeps them, so that one made before sim_start keeps its
    // clock.
    uint32_t flags;
};
_Static_assert(sizeof(struct cond) <= sizeof(pthread_cond_t), "it must fit");
_Static_assert(offsetof(struct cond, flags) ==
                   offsetof(pthread_cond_t, __data.__wrefs),
               "the clock is in the system's place");

#define DESTROYED    0xdeadu
#define IS_MONOTONIC 2u  // Of the flags.

static const struct sim_reason to_be_signalled = {
    "to be signalled on a condition variable", NULL
};

static struct cond *get(pthread_cond_t *cond, const void *place)
{
    struct cond *c = (struct cond *)cond;
    if (__builtin_expect(c->state == DESTROYED, 0))
        sim_misuse(place, "uses a condition variable that has been destroyed");
    return c;
}

clockid_t sim_cond_clock(const pthread_cond_t *cond)
{
    const struct cond *c = (const struct cond *)cond;
    return c->flags & IS_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

static void check_mutex(const struct cond *c, pthread_mutex_t *mutex,
                        const void *place)
{
    if (!sim_mutex_is_held(mutex, place))
        sim_misuse(place, "waits on a condition variable without holding the "
                          "mutex");
    if (c->waiters.count > 0 && c->mutex != mutex)
        sim_misuse(place, "waits on a condition variable with another mutex "
                          "than the threads that wait already");
}

int sim_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t due_ns,
                  const void *place)
{
    struct cond *c = get(cond, place);
    check_mutex(c, mutex, place);
    c->mutex = mutex;
    struct sim_thread *self = sim.self;
    self->cond_result = 0;
    if (due_ns <= sim.now_ns) {
        // Too late to wait, but others must have a chance to lock the mutex.
        uint32_t depth = sim_mutex_let_go(mutex);
        sim_point();
        sim_mutex_take_again(mutex, depth, place);
        return ETIMEDOUT;
    }
    uint32_t depth = sim_mutex_let_go(mutex);
    self->relock = mutex;
    sim_wait(&c->waiters, due_ns, &to_be_signalled, c, place);
    sim_mutex_take_again(mutex, depth, place);
    return self->cond_result;
}

int sim_cond_signal(pthread_cond_t *cond, const void *place)
{
    sim_point();
    struct cond *c = get(cond, place);
    if (c->waiters.count == 0)
        return 0;
    uint32_t k = 0;
    if (c->waiters.count > 1)
        k = sim_rng_below(&sim.chance, c->waiters.count);
    sim_wake(sim_queue_at(&c->waiters, k), 0);
    return 0;
}

int sim_cond_broadcast(pthread_cond_t *cond, const void *place)
{
    sim_point();
    struct cond *c = get(cond, place);
    sim_wake_all(&c->waiters);
    return 0;
}

int sim_cond_destroy(pthread_cond_t *cond, const void *place)
{
    struct cond *c = get(cond, place);
    if (c->waiters.count > 0)
        sim_misuse(place, "destroys a condition variable that %s waits on",
                   sim_who(c->waiters.first->number).text);
    c->state = DESTROYED;
    return 0;
}

// ---- The wrapped functions ----

int __wrap_pthread_cond_init(pthread_cond_t *cond,
                             const pthread_condattr_t *attr)
{
    if (!sim.on)
        return __real_pthread_cond_init(cond, attr);
    clockid_t clock = CLOCK_REALTIME;
    if (attr != NULL)
        pthread_condattr_getclock(attr, &clock);
    *(struct cond *)cond = (struct cond){
        .flags = clock == CLOCK_MONOTONIC ? IS_MONOTONIC : 0,
    };
    return 0;
}

int __wrap_pthread_cond_destroy(pthread_cond_t *cond)
{
    if (!sim.on)
        return __real_pthread_cond_destroy(cond);
    return sim_cond_destroy(cond, HERE);
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    if (!sim.on)
        return __real_pthread_cond_wait(cond, mutex);
    return sim_cond_wait(cond, mutex, NEVER, HERE);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_cond_timedwait(cond, mutex, time);
    int64_t due_ns;
    if (!sim_due(sim_cond_clock(cond), time, &due_ns))
        return EINVAL;
    return sim_cond_wait(cond, mutex, due_ns, HERE);
}

int __wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  clockid_t clock, const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_cond_clockwait(cond, mutex, clock, time);
    int64_t due_ns;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    if (!sim_due(clock, time, &due_ns))
        return EINVAL;
    return sim_cond_wait(cond, mutex, due_ns, HERE);
}

int __wrap_pthread_cond_signal(pthread_cond_t *cond)
{
    if (!sim.on)
        return __real_pthread_cond_signal(cond);
    return sim_cond_signal(cond, HERE);
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
    if (!sim.on)
        return __real_pthread_cond_broadcast(cond);
    return sim_cond_broadcast(cond, HERE);
}
