// Condition variables. A signal wakes a waiter that the seed draws. Our state
// replaces the system's in the program's pthread_cond_t when the simulator
// first sees it.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct cond {
    struct sim_queue waiters;
    pthread_mutex_t *mutex;  // The waiters' mutex.
    uint32_t state;
    clockid_t clock;
};
_Static_assert(sizeof(struct cond) <= sizeof(pthread_cond_t), "it must fit");

// The states. With any other value the system or an initialiser made it, and we
// have not seen it yet.
#define OURS      0x51c0d0u
#define DESTROYED 0x51c0deu

// One in so many waits ends spuriously.
#define ONE_IN 32

static const struct sim_reason to_be_signalled = {
    .text = "to be signalled on a condition variable",
    .object = "condition variable",
    .is_long = true
};

static void make_in_system(pthread_cond_t *cond, clockid_t clock)
{
    pthread_condattr_t attr;
    memset(cond, 0, sizeof *cond);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, clock);
    __real_pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

// The clock of a condition variable that the system made. C libraries keep it
// in different places, so we make two with different clocks and compare them.
static clockid_t clock_in_system(const pthread_cond_t *cond)
{
    pthread_cond_t made[2];
    make_in_system(&made[0], CLOCK_REALTIME);
    make_in_system(&made[1], CLOCK_MONOTONIC);
    const unsigned char *realtime = (const unsigned char *)&made[0];
    const unsigned char *monotonic = (const unsigned char *)&made[1];
    const unsigned char *asked = (const unsigned char *)cond;
    for (size_t i = 0; i < sizeof *cond; i++) {
        int bits = realtime[i] ^ monotonic[i];
        if (bits != 0 && ((asked[i] ^ realtime[i]) & bits) != 0)
            return CLOCK_MONOTONIC;
    }
    return CLOCK_REALTIME;
}

static void make_ours(struct cond *c, clockid_t clock)
{
    *c = (struct cond){ .state = OURS, .clock = clock };
}

static struct cond *get(pthread_cond_t *cond, const void *place)
{
    struct cond *c = (struct cond *)cond;
    if (__builtin_expect(c->state == DESTROYED, 0))
        sim_misuse(place, "uses a condition variable that has been destroyed");
    if (__builtin_expect(c->state != OURS, 0))
        make_ours(c, clock_in_system(cond));
    return c;
}

static clockid_t clock_of(pthread_cond_t *cond, const void *place)
{
    return get(cond, place)->clock;
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

// POSIX allows spurious wake-ups. They reveal a wait without a loop. They are
// rare, so they cost a program with loops hardly any time.
static bool wakes_for_nothing(void)
{
    return sim_schedule_chance("spurious", ONE_IN);
}

// Gives other threads a chance to lock the mutex. The caller does not wait.
static void give_way(pthread_mutex_t *mutex, const void *place)
{
    uint32_t depth = sim_mutex_let_go(mutex);
    sim_point();
    sim_mutex_take_again(mutex, depth, place);
}

int sim_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t due_ns,
                  const void *place)
{
    // Another thread that does not lock the mutex may change the condition
    // here, after the caller has checked it.
    sim_point_before(cond);
    struct cond *c = get(cond, place);
    check_mutex(c, mutex, place);
    bool is_late = due_ns <= sim.now_ns;
    if (is_late || wakes_for_nothing()) {
        give_way(mutex, place);
        return is_late ? ETIMEDOUT : 0;
    }
    c->mutex = mutex;
    struct sim_thread *self = sim.self;
    self->cond_result = 0;
    uint32_t depth = sim_mutex_let_go(mutex);
    self->relock = sim_mutex_relock(mutex);
    self->relocks = true;
    sim_wait(&c->waiters, due_ns, &to_be_signalled, c, place);
    sim_mutex_take_again(mutex, depth, place);
    return self->cond_result;
}

static struct sim_thread *draw_waiter(const struct sim_queue *waiters)
{
    struct sim_thread *drawn = sim_queue_draw(waiters);
    return sim.taped ? sim_tape_choose(waiters, drawn) : drawn;
}

int sim_cond_signal(pthread_cond_t *cond, const void *place)
{
    sim_point_before(cond);
    struct cond *c = get(cond, place);
    if (c->waiters.count > 0)
        sim_wake(draw_waiter(&c->waiters), 0);
    return 0;
}

int sim_cond_broadcast(pthread_cond_t *cond, const void *place)
{
    sim_point_before(cond);
    struct cond *c = get(cond, place);
    sim_wake_all(&c->waiters);
    return 0;
}

int sim_cond_destroy(pthread_cond_t *cond, const void *place)
{
    sim_point();
    struct cond *c = get(cond, place);
    if (c->waiters.count > 0)
        sim_misuse(place, "destroys a condition variable that %s waits on",
                   sim_who(sim_queue_at(&c->waiters, 0)->number).text);
    c->state = DESTROYED;
    return 0;
}

// ---- The wrapped functions ----

int __wrap_pthread_cond_init(pthread_cond_t *cond,
                             const pthread_condattr_t *attr)
{
    if (!sim.on)
        return __real_pthread_cond_init(cond, attr);
    sim_point();
    clockid_t clock = CLOCK_REALTIME;
    if (attr != NULL)
        pthread_condattr_getclock(attr, &clock);
    make_ours((struct cond *)cond, clock);
    return 0;
}

int __wrap_pthread_cond_destroy(pthread_cond_t *cond)
{
    if (!sim.on)
        return __real_pthread_cond_destroy(cond);
    return sim_cond_destroy(cond, HERE);
}

INLINE int __wrap_pthread_cond_wait(pthread_cond_t *cond,
                                    pthread_mutex_t *mutex)
{
    if (!sim.on)
        return __real_pthread_cond_wait(cond, mutex);
    return sim_cond_wait(cond, mutex, NEVER, HERE);
}

INLINE int __wrap_pthread_cond_timedwait(pthread_cond_t *cond,
                                         pthread_mutex_t *mutex,
                                         const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_cond_timedwait(cond, mutex, time);
    int64_t due_ns = sim_due(clock_of(cond, HERE), time, HERE);
    return sim_cond_wait(cond, mutex, due_ns, HERE);
}

INLINE int __wrap_pthread_cond_clockwait(pthread_cond_t *cond,
                                         pthread_mutex_t *mutex,
                                         clockid_t clock,
                                         const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_cond_clockwait(cond, mutex, clock, time);
    return sim_cond_wait(cond, mutex, sim_due(clock, time, HERE), HERE);
}

INLINE int __wrap_pthread_cond_signal(pthread_cond_t *cond)
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
