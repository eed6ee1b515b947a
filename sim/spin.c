// Spin locks. A thread that would spin waits instead, so that the holder gets
// its turn. The lock is an int. It has no room for a queue, so all such threads
// wait in sim.shared_waiters.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <limits.h>

#define FIRST_OWNER 2  // A locked one is this plus the holder's number.
#define DESTROYED   INT_MIN

// The value of the system's unlocked spin lock: 1 on x86-64, 0 elsewhere.
static int unlocked;

void sim_spin_start(void)
{
    pthread_spinlock_t made;
    __real_pthread_spin_init(&made, PTHREAD_PROCESS_PRIVATE);
    unlocked = made;
}

static bool next_holder(const void *object, struct sim_holder *holder)
{
    const int *value = object;
    if (holder->at != NULL || *value < FIRST_OWNER)
        return false;
    *holder = (struct sim_holder){ value, *value - FIRST_OWNER, NULL };
    return true;
}

static bool is_locked(const void *object)
{
    return *(const int *)object != unlocked;
}

static const struct sim_reason to_lock = { .text = "to lock a spin lock",
                                           .object = "spin lock",
                                           .next_holder = next_holder,
                                           .must_wait = is_locked };

static int mine(void)
{
    return FIRST_OWNER + sim.self->number;
}

static int *get(pthread_spinlock_t *lock, const void *place)
{
    int *value = (int *)lock;
    if (*value == DESTROYED)
        sim_misuse(place, "uses a spin lock that has been destroyed");
    if (*value < FIRST_OWNER && *value != unlocked)
        sim_misuse(place, "uses a spin lock that was never initialised");
    return value;
}

static void take(int *value, const void *place)
{
    *value = mine();
    sim_hold_add(value, "a spin lock", place);
    sim_acquire(value);
}

int __wrap_pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    if (!sim.on)
        return __real_pthread_spin_init(lock, shared);
    sim_point();
    *lock = unlocked;
    return 0;
}

int __wrap_pthread_spin_destroy(pthread_spinlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_spin_destroy(lock);
    sim_point();
    int *value = get(lock, HERE);
    if (*value != unlocked)
        sim_misuse(HERE, "destroys a spin lock that %s holds",
                   sim_who(*value - FIRST_OWNER).text);
    *value = DESTROYED;
    return 0;
}

int __wrap_pthread_spin_lock(pthread_spinlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_spin_lock(lock);
    sim_point_before((const void *)lock);
    int *value = get(lock, HERE);
    if (*value == mine())
        sim_misuse(HERE, "locks a spin lock that it holds already: a deadlock");
    while (*get(lock, HERE) != unlocked)
        sim_wait(&sim.shared_waiters, NEVER, &to_lock, value, HERE);
    take(value, HERE);
    sim_point_at_times();
    return 0;
}

int __wrap_pthread_spin_trylock(pthread_spinlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_spin_trylock(lock);
    // Programs call this in loops: the holder must get its turn.
    sim_yield();
    int *value = get(lock, HERE);
    if (*value != unlocked)
        return EBUSY;
    take(value, HERE);
    sim.self->holds->was_tried = true;
    sim_point_at_times();
    return 0;
}

int __wrap_pthread_spin_unlock(pthread_spinlock_t *lock)
{
    if (!sim.on)
        return __real_pthread_spin_unlock(lock);
    sim_point_at_times();
    int *value = get(lock, HERE);
    if (*value == unlocked)
        sim_misuse(HERE, "unlocks a spin lock that nobody holds");
    if (*value != mine())
        sim_misuse(HERE, "unlocks a spin lock that %s holds",
                   sim_who(*value - FIRST_OWNER).text);
    sim_release(value);
    sim_hold_remove(value);
    *value = unlocked;
    sim_wake_shared(value);
    sim_point();
    return 0;
}
