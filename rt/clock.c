// Reads CLOCK_MONOTONIC, which setting the date does not change.
#include "rt/clock.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

static struct timespec to_timespec(int64_t ns)
{
    return (struct timespec){ .tv_sec = ns / NS_PER_S,
                              .tv_nsec = ns % NS_PER_S };
}

int64_t clock_now_ns(void)
{
    struct timespec now;
    int error = clock_gettime(CLOCK_MONOTONIC, &now);
    assert(error == 0);
    (void)error;
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_peek_ns(void)
{
    return clock_now_ns();
}

int64_t clock_now_ms(void)
{
    return clock_now_ns() / NS_PER_MS;
}

void sleep_ms(int64_t ms)
{
    struct timespec left = to_timespec(ms * NS_PER_MS);
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

void cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mu,
                     int64_t deadline_ns)
{
    struct timespec deadline = to_timespec(deadline_ns);
    int error = pthread_cond_timedwait(cond, mu, &deadline);
    assert(error == 0 || error == ETIMEDOUT);
    (void)error;
}
