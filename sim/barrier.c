// Barriers. The last thread to come wakes all the others.
#include "sim/internal.h"
#include "sim/real.h"

struct barrier {
    uint32_t n_came;
    uint32_t state;
    uint32_t count;
    struct sim_queue waiters;
};
_Static_assert(sizeof(struct barrier) <= sizeof(pthread_barrier_t),
               "it must fit");

// The states. Any other value: the system made the barrier, and the simulator
// has not seen it before.
#define OURS      0x51cba0u
#define DESTROYED 0x51cbaeu

static bool is_round_open(const void *object)
{
    const struct barrier *b = object;
    return b->n_came >= b->waiters.count && b->n_came > 0 &&
           b->n_came < b->count;
}

static const struct sim_reason for_others = {
    .text = "for more threads to come to a barrier",
    .object = "barrier",
    .is_long = true,
    .must_wait = is_round_open,
};

// Reads the count of a barrier that the system made. Its place is not
// documented, so we make a barrier with a known count and look for that.
static uint32_t count_in_system(const pthread_barrier_t *barrier)
{
    const uint32_t count = 0x1234567;
    uint32_t made[sizeof(pthread_barrier_t) / sizeof(uint32_t)] = { 0 };
    __real_pthread_barrier_init((pthread_barrier_t *)made, NULL, count);
    size_t i = 0;
    while (i + 1 < sizeof made / sizeof made[0] && made[i] != count)
        i++;
    return ((const uint32_t *)barrier)[i];
}

static void make_ours(struct barrier *b, uint32_t count)
{
    *b = (struct barrier){ .state = OURS, .count = count };
}

static struct barrier *get(pthread_barrier_t *barrier, const void *place)
{
    struct barrier *b = (struct barrier *)barrier;
    if (b->state != OURS && b->state != DESTROYED)
        make_ours(b, count_in_system(barrier));
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
    sim_point();
    if (count == 0)
        sim_misuse(HERE, "makes a barrier for 0 threads: 1 is the least");
    make_ours((struct barrier *)barrier, count);
    return 0;
}

int __wrap_pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    if (!sim.on)
        return __real_pthread_barrier_destroy(barrier);
    sim_point();
    struct barrier *b = get(barrier, HERE);
    if (b->n_came > 0)
        sim_misuse(HERE, "destroys a barrier that %s waits at",
                   sim_who(sim_queue_at(&b->waiters, 0)->number).text);
    b->state = DESTROYED;
    return 0;
}

int __wrap_pthread_barrier_wait(pthread_barrier_t *barrier)
{
    if (!sim.on)
        return __real_pthread_barrier_wait(barrier);
    sim_point_before(barrier);
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
