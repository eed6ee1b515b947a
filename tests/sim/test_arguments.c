// The simulator reports an argument that no program can intend, with its value.
// A program that ignores the error would continue with a wrong assumption, or
// spin.
#include "tests/sim/harness.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/random.h>
#include <sys/select.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t sem;
static mtx_t mtx;
static cnd_t cnd;
static const struct timespec overflown = { .tv_nsec = 1000000000 };
static const struct timespec negative = { .tv_nsec = -1 };
static const struct timespec before = { .tv_sec = -1 };

static void *sleep_1_s(void *unused)
{
    sleep(1);
    return unused;
}

static pthread_t detached(void)
{
    pthread_t thread = start(sleep_1_s, NULL);
    pthread_detach(thread);
    return thread;
}

static pthread_t joined(void)
{
    pthread_t thread = start(sleep_1_s, NULL);
    join(thread);
    return thread;
}

// The check keeps the compiler from turning the call into a jump, so that the
// message names this file.
#define CALLS(name_, call)                                                     \
    static void name_(void)                                                    \
    {                                                                          \
        check((call) == 0);                                                    \
        fail_at(__FILE__, __LINE__, "it comes back");                          \
    }

// ---- Times ----

static int wait_until(const struct timespec *time)
{
    pthread_mutex_lock(&mu);
    int error = pthread_cond_timedwait(&changed, &mu, time);
    pthread_mutex_unlock(&mu);
    return error;
}

static int wait_by(clockid_t clock)
{
    pthread_mutex_lock(&mu);
    int error = pthread_cond_clockwait(&changed, &mu, clock, &before);
    pthread_mutex_unlock(&mu);
    return error;
}

static int c11_wait(void)
{
    mtx_init(&mtx, mtx_timed);
    cnd_init(&cnd);
    mtx_lock(&mtx);
    int error = cnd_timedwait(&cnd, &mtx, &overflown);
    mtx_unlock(&mtx);
    return error;
}

static int c11_lock(void)
{
    mtx_init(&mtx, mtx_timed);
    return mtx_timedlock(&mtx, &overflown);
}

static int wait_for_sem(const struct timespec *time)
{
    sem_init(&sem, 0, 1);
    return sem_timedwait(&sem, time);
}

CALLS(cond_overflown, wait_until(&overflown))
CALLS(cond_negative, wait_until(&negative))
CALLS(cond_tai, wait_by(CLOCK_TAI))
CALLS(mutex_overflown, pthread_mutex_timedlock(&mu, &overflown))
CALLS(mutex_tai, pthread_mutex_clocklock(&mu, CLOCK_TAI, &before))
CALLS(read_overflown, pthread_rwlock_timedrdlock(&rwlock, &overflown))
CALLS(write_overflown, pthread_rwlock_timedwrlock(&rwlock, &overflown))
CALLS(read_tai, pthread_rwlock_clockrdlock(&rwlock, CLOCK_TAI, &before))
CALLS(write_tai, pthread_rwlock_clockwrlock(&rwlock, CLOCK_TAI, &before))
CALLS(sem_overflown, wait_for_sem(&overflown))
CALLS(sem_tai, sem_clockwait(&sem, CLOCK_TAI, &before))
CALLS(join_overflown,
      pthread_timedjoin_np(start(sleep_1_s, NULL), NULL, &overflown))
CALLS(c11_wait_overflown, c11_wait())
CALLS(c11_lock_overflown, c11_lock())
CALLS(c11_sleep_overflown, thrd_sleep(&overflown, NULL))
CALLS(nanosleep_overflown, nanosleep(&overflown, NULL))
CALLS(nanosleep_before, nanosleep(&before, NULL))
CALLS(clock_nanosleep_overflown,
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &overflown, NULL))
CALLS(clock_nanosleep_by_none, clock_nanosleep(77, 0, &overflown, NULL))
CALLS(ppoll_overflown, ppoll(NULL, 0, &overflown, NULL))
CALLS(pselect_overflown, pselect(0, NULL, NULL, NULL, &overflown, NULL))
CALLS(select_before,
      select(0, NULL, NULL, NULL, &(struct timeval){ .tv_usec = -5 }))
CALLS(gettime_of_none, clock_gettime(77, &(struct timespec){ 0 }))
CALLS(timespec_of_none, timespec_get(&(struct timespec){ 0 }, 9))

#define OVERFLOWN "waits with a tv_nsec of 1000000000, which must lie between"

static const struct {
    void (*body)(void);
    const char *message;
} times[] = {
    { cond_overflown, OVERFLOWN " 0 and 999999999" },
    { cond_negative, "waits with a tv_nsec of -1, which must lie between 0" },
    { cond_tai, "waits by clock 11: only CLOCK_REALTIME (0)" },
    { mutex_overflown, OVERFLOWN },
    { mutex_tai, "waits by clock 11" },
    { read_overflown, OVERFLOWN },
    { write_overflown, OVERFLOWN },
    { read_tai, "waits by clock 11" },
    { write_tai, "waits by clock 11" },
    { sem_overflown, OVERFLOWN },
    { sem_tai, "waits by clock 11" },
    { join_overflown, OVERFLOWN },
    { c11_wait_overflown, OVERFLOWN },
    { c11_lock_overflown, OVERFLOWN },
    { c11_sleep_overflown, OVERFLOWN },
    { nanosleep_overflown, OVERFLOWN },
    { nanosleep_before, "sleeps for -1 s" },
    { clock_nanosleep_overflown, OVERFLOWN },
    { clock_nanosleep_by_none, "sleeps by clock 77" },
    { ppoll_overflown, OVERFLOWN },
    { pselect_overflown, OVERFLOWN },
    { select_before, "calls select for 0 s and -5 us" },
    { gettime_of_none, "reads clock 77, which there is not" },
    { timespec_of_none, "asks timespec_get for base 9" },
};

#define N(array) (sizeof(array) / sizeof *(array))

SIM_TEST(times_that_are_none)
{
    for (size_t i = 0; i < N(times); i++)
        check_message(simulate_seed(times[i].body, 1), "thread 0 \"main\" ",
                      times[i].message, " (tests/sim/test_arguments.c:", NULL);
}

// A time before the clock began is valid: it has passed.
static void wait_until_before(void)
{
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&mu);
        check(pthread_cond_timedwait(&changed, &mu, &before) == ETIMEDOUT);
        pthread_mutex_unlock(&mu);
    }
    check(clock_nanosleep(CLOCK_TAI, 0, &(struct timespec){ 0 }, NULL) == 0);
    check(clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME,
                          &(struct timespec){ 0 }, NULL) == 0);
    check(usleep(1500000) == 0);
}

SIM_TEST(times_that_have_passed)
{
    check_body(wait_until_before);
}

// ---- Other arguments ----

static int delete_twice(void)
{
    pthread_key_t key;
    pthread_key_create(&key, NULL);
    pthread_key_delete(key);
    return pthread_key_delete(key);
}

static int lock_written(int (*lock)(pthread_rwlock_t *))
{
    pthread_rwlock_wrlock(&rwlock);
    return lock(&rwlock);
}

static int post_at_limit(void)
{
    sem_init(&sem, 0, SEM_VALUE_MAX);
    return sem_post(&sem);
}

static char bytes[300];

CALLS(sem_too_large, sem_init(&sem, 0, 1U << 31))
CALLS(sem_at_limit, post_at_limit())
CALLS(barrier_of_none, pthread_barrier_init(&(pthread_barrier_t){ 0 }, NULL, 0))
CALLS(join_self, pthread_join(pthread_self(), NULL))
CALLS(join_detached, pthread_join(detached(), NULL))
CALLS(try_detached, pthread_tryjoin_np(detached(), NULL))
CALLS(detach_detached, pthread_detach(detached()))
CALLS(detach_joined, pthread_detach(joined()))
CALLS(c11_detach_joined, thrd_detach(joined()))
CALLS(name_joined, pthread_setname_np(joined(), "gone"))
CALLS(key_deleted_twice, delete_twice())
CALLS(key_not_made, pthread_setspecific(1000, &mu))
CALLS(key_read_not_made, pthread_getspecific(1000) != NULL)
CALLS(write_written, lock_written(pthread_rwlock_wrlock))
CALLS(read_written, lock_written(pthread_rwlock_rdlock))
CALLS(unlock_recursive, pthread_mutex_unlock(&recursive))
CALLS(consistent, pthread_mutex_consistent(&mu))
CALLS(cancel_state, pthread_setcancelstate(5, NULL))
CALLS(cancel_type, pthread_setcanceltype(5, NULL))
CALLS(mtx_of_no_type, mtx_init(&mtx, 64))
CALLS(entropy_too_large, getentropy(bytes, 257))
CALLS(random_flags, (int)getrandom(bytes, 8, 0x100))

static const struct {
    void (*body)(void);
    const char *message;
} others[] = {
    { sem_too_large, "makes a semaphore of 2147483648: the limit is 21474" },
    { sem_at_limit, "posts a semaphore that is at its limit, 2147483647," },
    { barrier_of_none, "makes a barrier for 0 threads: 1 is the least" },
    { join_self, "joins itself" },
    { join_detached, "joins thread 1 \"sleep_1_s\", which is detached" },
    { try_detached, "joins thread 1 \"sleep_1_s\", which is detached" },
    { detach_detached,
      "detaches thread 1 \"sleep_1_s\", which is detached already" },
    { detach_joined, "detaches a thread that has been joined already" },
    { c11_detach_joined, "detaches a thread that has been joined already" },
    { name_joined, "names a thread that has been joined already" },
    { key_deleted_twice, "which was not made, or is deleted" },
    { key_not_made, "sets the value of key 1000" },
    { key_read_not_made, "asks for the value of key 1000" },
    { write_written,
      "deadlock: thread 0 \"main\" locks an rwlock for writing" },
    { read_written, "deadlock: thread 0 \"main\" locks an rwlock for reading" },
    { unlock_recursive, "unlocks a mutex that nobody holds" },
    { consistent, "calls pthread_mutex_consistent" },
    { cancel_state, "sets its cancel state to 5" },
    { cancel_type, "sets its cancel type to 5" },
    { mtx_of_no_type, "makes a mutex of type 64" },
    { entropy_too_large, "asks getentropy for 257 bytes: the limit is 256" },
    { random_flags, "calls getrandom with flags of 0x100" },
};

SIM_TEST(arguments_whose_error_nobody_can_want)
{
    for (size_t i = 0; i < N(others); i++)
        check_message(simulate_seed(others[i].body, 1), "thread 0 \"main\" ",
                      others[i].message, " (tests/sim/test_arguments.c:", NULL);
}
