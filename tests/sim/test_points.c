// The scheduling points, one by one. For each there is a program with a bug
// that is found only because another thread can run there.
#include "tests/sim/harness.h"

#include <semaphore.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static void check_found(void (*body)(void))
{
    for (const char *const *policy = policies; *policy != NULL; policy++) {
        struct sim_options options = { .policy = *policy };
        check(first_failure(body, options, 1000) != 0);
    }
}

// ---- Functions with one point ----

static pthread_mutex_t mu, held = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock, read_held = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t write_held = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin, spin_held;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag c11_once = ONCE_FLAG_INIT;
static mtx_t mtx;
static cnd_t cnd;
static pthread_key_t key;
static pthread_t sleeping, ended[4];
static sem_t sem;

static struct timespec now, no_time;
static int value;

static void *hold_for_ever(void *unused)
{
    pthread_mutex_lock(&held);
    pthread_rwlock_rdlock(&read_held);
    pthread_rwlock_wrlock(&write_held);
    pthread_spin_lock(&spin_held);
    for (;;)
        sleep(1000);
    return unused;
}

static void *do_nothing(void *unused)
{
    return unused;
}

static void call_nothing(void)
{
}

// Makes the arguments of the functions. No call waits.
static void prepare(void)
{
    pthread_rwlock_init(&rwlock, NULL);
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_init(&spin_held, PTHREAD_PROCESS_PRIVATE);
    pthread_barrier_init(&barrier, NULL, 2);
    sem_init(&sem, 0, 1);
    mtx_init(&mtx, mtx_plain);
    cnd_init(&cnd);
    pthread_key_create(&key, NULL);
    pthread_once(&once, call_nothing);
    call_once(&c11_once, call_nothing);
    sleeping = start(hold_for_ever, NULL);
    for (int i = 0; i < 4; i++)
        ended[i] = start(do_nothing, NULL);
    usleep(1000);
}

static bool changed;

static void *change(void *unused)
{
    changed = true;
    return unused;
}

static void (*function)(void);

// The bug: the thread assumes that nothing changes during the call.
static void *call_function(void *unused)
{
    pthread_t thread = start(change, NULL);
    bool before = changed;
    function();
    check(changed == before);
    join(thread);
    return unused;
}

// Under PCT the main thread has the lowest priority by now, so all others would
// run first.
static void prepare_and_call(void)
{
    prepare();
    join(start(call_function, NULL));
}

#define POINT(name, call)                                                      \
    static void name(void)                                                     \
    {                                                                          \
        call;                                                                  \
    }                                                                          \
    SIM_TEST(another_can_run_in_##name)                                        \
    {                                                                          \
        function = name;                                                       \
        check_found(prepare_and_call);                                         \
    }

POINT(mutex_init, pthread_mutex_init(&mu, NULL))
POINT(mutex_destroy, pthread_mutex_destroy(&mu))
POINT(mutex_trylock, pthread_mutex_trylock(&held))
POINT(cond_init, pthread_cond_init(&cond, NULL))
POINT(cond_destroy, pthread_cond_destroy(&cond))
POINT(cond_signal, pthread_cond_signal(&cond))
POINT(cond_broadcast, pthread_cond_broadcast(&cond))
POINT(rwlock_init, pthread_rwlock_init(&rwlock, NULL))
POINT(rwlock_destroy, pthread_rwlock_destroy(&rwlock))
POINT(rwlock_trywrlock, pthread_rwlock_trywrlock(&read_held))
POINT(rwlock_tryrdlock, pthread_rwlock_tryrdlock(&write_held))
POINT(spin_init, pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE))
POINT(spin_destroy, pthread_spin_destroy(&spin))
POINT(spin_trylock, pthread_spin_trylock(&spin_held))
POINT(barrier_init, pthread_barrier_init(&barrier, NULL, 1))
POINT(barrier_destroy, pthread_barrier_destroy(&barrier))
POINT(semaphore_init, sem_init(&sem, 0, 1))
POINT(semaphore_destroy, sem_destroy(&sem))
POINT(semaphore_wait, sem_wait(&sem))
POINT(semaphore_trywait, sem_trywait(&sem))
POINT(semaphore_post, sem_post(&sem))
POINT(semaphore_getvalue, sem_getvalue(&sem, &value))
POINT(a_once_that_has_run, pthread_once(&once, call_nothing))
POINT(key_create, pthread_key_create(&key, NULL))
POINT(key_delete, pthread_key_delete(key))
POINT(thread_detach, pthread_detach(sleeping))
POINT(thread_join, pthread_join(ended[0], NULL))
POINT(thread_tryjoin, pthread_tryjoin_np(sleeping, NULL))
POINT(yield, sched_yield())
POINT(sleep_that_is_over, usleep(0))
POINT(clock_gettime_of_day, clock_gettime(CLOCK_REALTIME, &now))
POINT(clock_of_the_processor, clock())
POINT(rand_and_its_like, rand())
POINT(srand_and_its_like, srand(1))
POINT(drand48_and_its_like, lrand48())

POINT(c11_once_that_has_run, call_once(&c11_once, call_nothing))
POINT(c11_yield, thrd_yield())
POINT(c11_sleep_that_is_over, thrd_sleep(&no_time, NULL))
POINT(c11_join, thrd_join(ended[0], NULL))
POINT(c11_detach, thrd_detach(ended[0]))
POINT(c11_mutex_init, mtx_init(&mtx, mtx_plain))
POINT(c11_mutex_destroy, mtx_destroy(&mtx))
POINT(c11_cond_init, cnd_init(&cnd))
POINT(c11_cond_signal, cnd_signal(&cnd))
POINT(c11_cond_broadcast, cnd_broadcast(&cnd))
POINT(c11_cond_destroy, cnd_destroy(&cnd))
POINT(c11_time, timespec_get(&now, TIME_UTC))

// ---- Unlocking: the point is after the release ----

static bool is_through;

static int lock_mutex(void)
{
    return pthread_mutex_lock(&mu);
}

static int unlock_mutex(void)
{
    return pthread_mutex_unlock(&mu);
}

static int lock_rwlock(void)
{
    return pthread_rwlock_wrlock(&rwlock);
}

static int unlock_rwlock(void)
{
    return pthread_rwlock_unlock(&rwlock);
}

static int lock_spin(void)
{
    return pthread_spin_lock(&spin);
}

static int unlock_spin(void)
{
    return pthread_spin_unlock(&spin);
}

static int (*lock)(void);
static int (*unlock)(void);

static void *expect_both_locked(void *unused)
{
    lock();
    if (changed)
        check(is_through);
    unlock();
    return unused;
}

// The bug: the thread assumes that it holds the lock after the unlock.
static void unlock_and_say(void)
{
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_t thread = start(expect_both_locked, NULL);
    lock();
    changed = true;
    unlock();
    is_through = true;
    join(thread);
}

static void check_unlock(int (*lock_it)(void), int (*unlock_it)(void))
{
    lock = lock_it;
    unlock = unlock_it;
    check_found(unlock_and_say);
}

SIM_TEST(another_can_run_after_an_unlock)
{
    check_unlock(lock_mutex, unlock_mutex);
    check_unlock(lock_rwlock, unlock_rwlock);
    check_unlock(lock_spin, unlock_spin);
}

// ---- Barriers: the second point is where they open ----

static bool is_here;

static void *come_last(void *unused)
{
    if (is_here)
        check(pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
    return unused;
}

// The bug: the thread announces itself before it has reached the barrier.
static void say_and_come(void)
{
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_t thread = start(come_last, NULL);
    is_here = true;
    pthread_barrier_wait(&barrier);
    join(thread);
}

static void *expect_to_be_through(void *unused)
{
    if (pthread_barrier_wait(&barrier) != PTHREAD_BARRIER_SERIAL_THREAD)
        check(is_through);
    return unused;
}

// The bug: the last thread to arrive is not the first to continue.
static void open_and_say(void)
{
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_t thread = start(expect_to_be_through, NULL);
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
        is_through = true;
    join(thread);
}

SIM_TEST(another_can_run_before_one_comes_to_a_barrier)
{
    // The check may not be reached: then each waits for the other for ever.
    int finds = 0;
    for (uint64_t seed = 1; seed <= 1000; seed++)
        finds += strstr(simulate_seed(say_and_come, seed)->message,
                        "PTHREAD_BARRIER_SERIAL_THREAD") != NULL;
    check(finds > 0);
}

SIM_TEST(another_can_run_when_the_last_has_come_to_a_barrier)
{
    check_found(open_and_say);
}

// ---- Functions that are called once ----

static void set_changed(void)
{
    changed = true;
}

static void *expect_both(void *unused)
{
    if (changed)
        check(is_through);
    return unused;
}

// The bug: the thread assumes that the call includes the statement after it.
static void call_once_and_say(void)
{
    pthread_once_t fresh = PTHREAD_ONCE_INIT;
    pthread_t thread = start(expect_both, NULL);
    pthread_once(&fresh, set_changed);
    is_through = true;
    join(thread);
}

SIM_TEST(another_can_run_when_a_once_has_been_called)
{
    check_found(call_once_and_say);
}

// ---- Threads ----

static pthread_t made;

static void *expect_it_to_be_made(void *unused)
{
    if (is_here)
        check(made != 0);
    return unused;
}

// The bug: the thread announces another thread before it has made it.
static void say_and_make(void)
{
    pthread_t thread = start(expect_it_to_be_made, NULL);
    is_here = true;
    pthread_create(&made, NULL, do_nothing, NULL);
    join(made);
    join(thread);
}

// The bug: the new thread runs before its maker continues.
static void make_and_say(void)
{
    pthread_t thread;
    changed = true;
    pthread_create(&thread, NULL, expect_both, NULL);
    is_through = true;
    join(thread);
}

SIM_TEST(another_can_run_before_a_thread_is_made)
{
    check_found(say_and_make);
}

SIM_TEST(a_thread_can_run_before_its_maker_goes_on)
{
    check_found(make_and_say);
}
