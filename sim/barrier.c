// Barriers: the last to come lets all the others go on.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>

struct barrier {
    uint32_t n_came;
    uint32_t state;
    uint32_t count;  // Where the system's lies.
    uint32_t unused;
    struct sim_queue waiters;
};
_Static_assert(sizeof(struct barrier) <= sizeof(pthread_barrier_t),
               "it must fit");

#define DESTROYED 0xdeadu

static const struct sim_reason for_others = {
    "for more threads to come to a barrier", NULL
};

static struct barrier *get(pthread_barrier_t *barrier, const void *place)
{
    struct barrier *b = (struct barrier *)barrier;
    if (b->state == DESTROYED || b->count == 0)
        sim_misuse(place, "uses a barrier that has been destroyed, or was "
                          "never initialised");
    return b;
}

int __wrap_pthread_barrier_init(pthread_barrier_t *barrier,
                                const pthread_barrierattr_t *attr,
                                unsigned count)
{
    if (!sim.on)
        return __real_pthread_barrier_init(barrier, attr, count);
    if (count == 0)
        return EINVAL;
    *(struct barrier *)barrier = (struct barrier){ .count = count };
    return 0;
}

int __wrap_pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    if (!sim.on)
        return __real_pthread_barrier_destroy(barrier);
    struct barrier *b = get(barrier, HERE);
    if (b->n_came > 0)
        sim_misuse(HERE, "destroys a barrier that %s waits at",
                   sim_who(b->waiters.first->number).text);
    b->state = DESTROYED;
    return 0;
}

int __wrap_pthread_barrier_wait(pthread_barrier_t *barrier)
{
    if (!sim.on)
        return __real_pthread_barrier_wait(barrier);
    sim_point();
    struct barrier *b = get(barrier, HERE);
    sim_release(b);
    if (++b->n_came < b->count) {
        sim_wait(&b->waiters, NEVER, &for_others, b, HERE);
        sim_acquire(b);
        return 0;
    }
    b->n_came = 0;
    sim_acquire(b);
    sim_wake_all(&b->waiters);
    sim_point();
    return PTHREAD_BARRIER_SERIAL_THREAD;
}
