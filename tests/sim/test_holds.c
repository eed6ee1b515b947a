// Locks that threads hold. A thread that waits long with a lock of a server's
// code is described. A thread that returns with one is reported.
#include "tests/sim/harness.h"

#include <errno.h>
#include <semaphore.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

// ---- Waits with a lock ----

static char text[1000];

// Ends the child. Its message describes the waits so far.
static void tell(void)
{
    if (!sim_describe_wait_with_lock(text, sizeof text))
        snprintf(text, sizeof text, "no wait with a lock");
    fail_at("", 0, text);
}

static void in_a_server(void *(*run)(void *))
{
    pthread_t thread = start_in(sim_life_make(1), run, NULL);
    join(thread);
    tell();
}

static void *sleep_locked(void *unused)
{
    pthread_mutex_lock(&mu);
    usleep(20000);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *sleep_shortly(void *unused)
{
    pthread_mutex_lock(&mu);
    usleep(9000);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *sleep_reading(void *unused)
{
    pthread_rwlock_rdlock(&rwlock);
    usleep(20000);
    pthread_rwlock_unlock(&rwlock);
    return unused;
}

static void *sleep_spinning(void *unused)
{
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_lock(&spin);
    usleep(20000);
    pthread_spin_unlock(&spin);
    return unused;
}

static void wait_30_ms(void)
{
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    due.tv_nsec += 30000000;
    while (pthread_cond_clockwait(&changed, &mu, CLOCK_MONOTONIC, &due) !=
           ETIMEDOUT)
        continue;
}

// Holds the mutex that the wait releases, and no other.
static void *wait_with_one(void *unused)
{
    pthread_mutex_lock(&mu);
    wait_30_ms();
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *wait_with_two(void *unused)
{
    pthread_mutex_lock(&other);
    wait_with_one(NULL);
    pthread_mutex_unlock(&other);
    return unused;
}

static void *join_locked(void *unused)
{
    pthread_mutex_lock(&other);
    join(start(wait_with_one, NULL));
    pthread_mutex_unlock(&other);
    return unused;
}

static void *wait_twice(void *unused)
{
    sleep_locked(unused);
    wait_with_two(unused);
    return sleep_locked(unused);
}

// Code outside of servers may lock at will.
static void *sleep_locked_outside(void *unused)
{
    struct sim_life *from = sim_life_go_out();
    sleep_locked(unused);
    sim_life_come_back(from);
    return unused;
}

static void *sleep_outside_locked(void *unused)
{
    pthread_mutex_lock(&mu);
    struct sim_life *from = sim_life_go_out();
    usleep(20000);
    sim_life_come_back(from);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *sleep_after_unlock(void *unused)
{
    wait_with_one(unused);
    usleep(20000);
    return unused;
}

#define WAITS(name, run)                                                       \
    static void name(void)                                                     \
    {                                                                          \
        in_a_server(run);                                                      \
    }
WAITS(sleeps, sleep_locked)
WAITS(sleeps_shortly, sleep_shortly)
WAITS(sleeps_reading, sleep_reading)
WAITS(sleeps_spinning, sleep_spinning)
WAITS(waits_with_one, wait_with_one)
WAITS(waits_with_two, wait_with_two)
WAITS(joins, join_locked)
WAITS(waits_twice, wait_twice)
WAITS(locks_outside, sleep_locked_outside)
WAITS(sleeps_outside, sleep_outside_locked)
WAITS(sleeps_unlocked, sleep_after_unlock)

static void check_wait(void (*body)(void), const char *what)
{
    check_message(simulate_seed(body, 1), what, NULL);
}

SIM_TEST(a_long_wait_with_a_lock_is_described)
{
    check_message(
        simulate_seed(sleeps, 1),
        "\"sleep_locked\" (server 1) waited 0.02 s for the time to pass, with "
        "a mutex held since sleep_locked (tests/sim/test_holds.c:",
        "\n    in sleep_locked (tests/sim/test_holds.c:", NULL);
    check_wait(sleeps_reading, "with an rwlock held since sleep_reading (");
    check_wait(sleeps_spinning, "with a spin lock held since sleep_spinning (");
    check_wait(waits_with_two, "waited 0.03 s to be signalled on a condition "
                               "variable, with a mutex held since "
                               "wait_with_two (");
    check_wait(joins, "to join a thread, with a mutex held since join_locked");
    check_wait(sleeps_outside, "held since sleep_outside_locked (");
}

SIM_TEST(the_longest_wait_with_a_lock_is_described)
{
    check_wait(waits_twice, "held since wait_with_two (");
}

SIM_TEST(a_wait_without_a_servers_lock_is_not_described)
{
    check_wait(sleeps_shortly, "no wait with a lock");
    check_wait(waits_with_one, "no wait with a lock");
    check_wait(locks_outside, "no wait with a lock");
    check_wait(sleeps_unlocked, "no wait with a lock");
}

static void *sleep_for_ever(void *unused)
{
    pthread_mutex_lock(&mu);
    for (;;)
        sleep(1000);
    return unused;
}

static void wait_is_under_way(void)
{
    pthread_detach(start_in(sim_life_make(1), sleep_for_ever, NULL));
    sleep(5);
    tell();
}

SIM_TEST(a_wait_that_has_not_ended_is_described)
{
    check_message(simulate_seed(wait_is_under_way, 1), "waited 5.00 s for the ",
                  "\n    in sleep_for_ever (", NULL);
}

// ---- Locks that are kept ----

static void lock_mutex(void)
{
    pthread_mutex_lock(&mu);
}

static void lock_twice(void)
{
    static mtx_t recursive;
    mtx_init(&recursive, mtx_recursive);
    mtx_lock(&recursive);
    mtx_lock(&recursive);
    mtx_unlock(&recursive);
}

static void lock_to_read(void)
{
    pthread_rwlock_rdlock(&rwlock);
}

static void lock_to_write(void)
{
    pthread_rwlock_wrlock(&rwlock);
}

static void lock_spin(void)
{
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_lock(&spin);
}

static void wait_and_keep(void)
{
    pthread_mutex_lock(&mu);
    wait_30_ms();
}

static void (*keep)(void);

static void return_with_it(void)
{
    pthread_mutex_lock(&other);  // The caller's own lock.
    int before = sim_locks_held();
    keep();
    sim_check_locks(before, "keep");
    pthread_mutex_unlock(&other);
}

static void check_kept(void (*function)(void), const char *what)
{
    keep = function;
    check_message(simulate_seed(return_with_it, 1),
                  "thread 0 \"main\" returns from keep and still holds ", what,
                  NULL);
}

SIM_TEST(who_returns_with_a_lock_is_reported)
{
    check_kept(lock_mutex, "a mutex, since lock_mutex (");
    check_kept(lock_twice, "a mutex, since lock_twice (");
    check_kept(lock_to_read, "an rwlock, since lock_to_read (");
    check_kept(lock_to_write, "an rwlock, since lock_to_write (");
    check_kept(lock_spin, "a spin lock, since lock_spin (");
    check_kept(wait_and_keep, "a mutex, since wait_30_ms (");
}

static void lock_and_let_go(void)
{
    lock_mutex();
    lock_to_read();
    lock_to_read();
    pthread_mutex_unlock(&mu);
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
}

// A mutex as a flag that only the first thread can set.
static void lock_if_free(void)
{
    check(pthread_mutex_trylock(&mu) == 0);
    check(pthread_rwlock_tryrdlock(&rwlock) == 0);
}

static void post_only(void)
{
    sem_t sem;
    sem_init(&sem, 0, 1);
    sem_wait(&sem);
}

SIM_TEST(who_returns_without_a_lock_is_not_reported)
{
    void (*functions[])(void) = { lock_and_let_go, lock_if_free, post_only };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        keep = functions[i];
        check(simulate_seed(return_with_it, 1)->returned);
    }
}
