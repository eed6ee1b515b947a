// Misuse of the system's objects. Each report names the place.
#include "tests/sim/harness.h"

#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/select.h>
#include <unistd.h>

// MISUSE(name, the message, body)
#define MISUSE(name_, says_, ...)                                              \
    static void do_##name_(void) __VA_ARGS__ SIM_TEST(name_)                   \
    {                                                                          \
        check_message(simulate_seed(do_##name_, 1), says_,                     \
                      "(tests/sim/test_misuse.c:", NULL);                      \
    }

static pthread_barrier_t barrier;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static sem_t sem;

// Starts a thread, and lets it run as far as it can.
static pthread_t start_and_yield(void *(*run)(void *))
{
    pthread_t thread = start(run, NULL);
    usleep(1000);
    return thread;
}

// ---- Barriers and condition variables ----

static void *wait_at_barrier(void *unused)
{
    pthread_barrier_wait(&barrier);
    return unused;
}

MISUSE(destroyed_barrier, "uses a barrier that has been destroyed", {
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_barrier_destroy(&barrier);
    pthread_barrier_wait(&barrier);
})

MISUSE(barrier_in_use, "destroys a barrier that thread 1", {
    pthread_barrier_init(&barrier, NULL, 2);
    start_and_yield(wait_at_barrier);
    pthread_barrier_destroy(&barrier);
})

MISUSE(destroyed_cond, "uses a condition variable that has been destroyed", {
    pthread_cond_destroy(&cond);
    pthread_cond_signal(&cond);
})

// ---- Locks ----

static void *hold_rwlock(void *unused)
{
    pthread_rwlock_wrlock(&rwlock);
    return unused;
}

MISUSE(destroyed_rwlock, "uses an rwlock that has been destroyed", {
    pthread_rwlock_destroy(&rwlock);
    pthread_rwlock_rdlock(&rwlock);
})

MISUSE(others_rwlock, "unlocks an rwlock that thread 1", {
    start_and_yield(hold_rwlock);
    pthread_rwlock_unlock(&rwlock);
})

MISUSE(free_rwlock, "unlocks an rwlock that nobody holds",
       { pthread_rwlock_unlock(&rwlock); })

MISUSE(rwlock_in_use, "destroys an rwlock that thread 1", {
    start_and_yield(hold_rwlock);
    pthread_rwlock_destroy(&rwlock);
})

static void *hold_spin(void *unused)
{
    pthread_spin_lock(&spin);
    return unused;
}

MISUSE(destroyed_spin, "uses a spin lock that has been destroyed", {
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_destroy(&spin);
    pthread_spin_lock(&spin);
})

MISUSE(spin_in_use, "destroys a spin lock that thread 1", {
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    start_and_yield(hold_spin);
    pthread_spin_destroy(&spin);
})

MISUSE(own_spin, "locks a spin lock that it holds already", {
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_lock(&spin);
    pthread_spin_lock(&spin);
})

MISUSE(free_spin, "unlocks a spin lock that nobody holds", {
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_unlock(&spin);
})

MISUSE(others_spin, "unlocks a spin lock that thread 1", {
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    start_and_yield(hold_spin);
    pthread_spin_unlock(&spin);
})

static void *wait_for_sem(void *unused)
{
    sem_wait(&sem);
    return unused;
}

MISUSE(destroyed_sem, "uses a semaphore that has been destroyed", {
    sem_init(&sem, 0, 0);
    sem_destroy(&sem);
    sem_post(&sem);
})

MISUSE(sem_in_use, "destroys a semaphore that thread 1", {
    sem_init(&sem, 0, 0);
    start_and_yield(wait_for_sem);
    sem_destroy(&sem);
})

MISUSE(robust_mutex, "makes a robust mutex, which is not simulated", {
    pthread_mutex_t mutex;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &attributes);
})

// ---- Threads ----

static pthread_t sleeper;

static void *sleep_long(void *unused)
{
    sleep(3600);
    return unused;
}

static void *join_sleeper(void *unused)
{
    pthread_join(sleeper, NULL);
    return unused;
}

MISUSE(joined_twice, "joins thread 1 \"sleep_long\", which thread 2", {
    sleeper = start_and_yield(sleep_long);
    start_and_yield(join_sleeper);
    pthread_join(sleeper, NULL);
})

MISUSE(detached_while_joined,
       "detaches thread 1 \"sleep_long\", which thread 2", {
           sleeper = start_and_yield(sleep_long);
           start_and_yield(join_sleeper);
           pthread_detach(sleeper);
       })

// ---- Descriptors and files ----

MISUSE(poll_of_descriptors, "calls poll with descriptors", {
    struct pollfd fd = { .fd = 0 };
    poll(&fd, 1, 0);
})

MISUSE(select_of_descriptors, "calls select with descriptors", {
    fd_set set;
    FD_ZERO(&set);
    select(1, &set, NULL, NULL, NULL);
})

MISUSE(urandom_in_a_folder, "opens /dev/urandom, which is not simulated",
       { check(openat(AT_FDCWD, "/dev/urandom", O_RDONLY) < 0); })

MISUSE(urandom_in_a_stream, "opens /dev/urandom, which is not simulated", {
    FILE *file = fopen("/dev/null", "r");
    check(freopen("/dev/urandom", "r", file) == NULL);
})
