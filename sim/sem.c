// Semaphores. A post wakes one waiter, which tries again.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <limits.h>

struct sem {
    uint32_t value;
    uint32_t state;
    struct sim_queue waiters;
};
_Static_assert(sizeof(struct sem) <= sizeof(sem_t), "it must fit");

// The states. Any other value: the system made it, and we have not seen it yet.
#define OURS      0x51c5e0u
#define DESTROYED 0x51c5eeu

static bool is_at_zero(const void *object)
{
    return ((const struct sem *)object)->value == 0;
}

static const struct sim_reason to_pass = { .text = "to pass a semaphore",
                                           .object = "semaphore",
                                           .is_long = true,
                                           .must_wait = is_at_zero };

static int fail(int error)
{
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

static void make_ours(struct sem *s, uint32_t value)
{
    *s = (struct sem){ .value = value, .state = OURS };
}

static struct sem *get(sem_t *sem, const void *place)
{
    struct sem *s = (struct sem *)sem;
    if (s->state == DESTROYED)
        sim_misuse(place, "uses a semaphore that has been destroyed");
    if (s->state != OURS) {
        int value;
        __real_sem_getvalue(sem, &value);
        make_ours(s, (uint32_t)value);
    }
    return s;
}

static void pass(struct sem *s)
{
    s->value--;
    sim_acquire(s);
}

static int wait_until(sem_t *sem, int64_t due_ns, const void *place)
{
    sim_point_before(sem);
    struct sem *s = get(sem, place);
    while (s->value == 0) {
        int error = sim_wait(&s->waiters, due_ns, &to_pass, s, place);
        if (error != 0 && s->value == 0)
            return error;
        get(sem, place);
    }
    pass(s);
    return 0;
}

int __wrap_sem_init(sem_t *sem, int shared, unsigned value)
{
    if (!sim.on)
        return __real_sem_init(sem, shared, value);
    sim_point();
    if (value > SEM_VALUE_MAX)
        sim_misuse(HERE, "makes a semaphore of %u: the limit is %d", value,
                   SEM_VALUE_MAX);
    make_ours((struct sem *)sem, value);
    return 0;
}

int __wrap_sem_destroy(sem_t *sem)
{
    if (!sim.on)
        return __real_sem_destroy(sem);
    sim_point();
    struct sem *s = get(sem, HERE);
    if (s->waiters.count > 0)
        sim_misuse(HERE, "destroys a semaphore that %s waits on",
                   sim_who(sim_queue_at(&s->waiters, 0)->number).text);
    s->state = DESTROYED;
    return 0;
}

int __wrap_sem_wait(sem_t *sem)
{
    if (!sim.on)
        return __real_sem_wait(sem);
    return fail(wait_until(sem, NEVER, HERE));
}

int __wrap_sem_trywait(sem_t *sem)
{
    if (!sim.on)
        return __real_sem_trywait(sem);
    sim_point_before(sem);
    struct sem *s = get(sem, HERE);
    if (s->value == 0)
        return fail(EAGAIN);
    pass(s);
    return 0;
}

int __wrap_sem_timedwait(sem_t *sem, const struct timespec *time)
{
    if (!sim.on)
        return __real_sem_timedwait(sem, time);
    return fail(wait_until(sem, sim_due(CLOCK_REALTIME, time, HERE), HERE));
}

int __wrap_sem_clockwait(sem_t *sem, clockid_t clock,
                         const struct timespec *time)
{
    if (!sim.on)
        return __real_sem_clockwait(sem, clock, time);
    return fail(wait_until(sem, sim_due(clock, time, HERE), HERE));
}

int __wrap_sem_post(sem_t *sem)
{
    if (!sim.on)
        return __real_sem_post(sem);
    sim_point_before(sem);
    struct sem *s = get(sem, HERE);
    if (s->value == SEM_VALUE_MAX)
        sim_misuse(HERE, "posts a semaphore that is at its limit, %d, already",
                   SEM_VALUE_MAX);
    sim_release(s);
    s->value++;
    if (s->waiters.count > 0)
        sim_wake_one(&s->waiters);
    return 0;
}

int __wrap_sem_getvalue(sem_t *sem, int *value)
{
    if (!sim.on)
        return __real_sem_getvalue(sem, value);
    sim_point_before(sem);
    *value = (int)get(sem, HERE)->value;
    return 0;
}
