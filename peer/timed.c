// Takes the place of libc's functions that wait with a time limit. If its
// tv_nsec is no part of a second they fail at once. A thread that repeats such
// a wait spins, often with a lock, for less than a second: no test need notice.
// So it ends the life, as it fails the test in virtual time.
#include "peer/timed.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

#define NS_PER_S 1000000000

static void check(const struct timespec *time)
{
    if (time->tv_nsec >= 0 && time->tv_nsec < NS_PER_S)
        return;
    fprintf(stderr,
            "a thread waits with a tv_nsec of %ld, which must lie between 0 "
            "and 999999999: it carries into tv_sec\n",
            time->tv_nsec);
    abort();
}

// Defines a function. `real_NAME` is libc's.
#define TIMED(name, parameters, arguments, time)                               \
    static __typeof__(name) *real_##name;                                      \
    int name parameters                                                        \
    {                                                                          \
        check(time);                                                           \
        return real_##name arguments;                                          \
    }

#define COND   pthread_cond_t *cond
#define MUTEX  pthread_mutex_t *mutex
#define RWLOCK pthread_rwlock_t *rwlock
#define SEM    sem_t *sem
#define MTX    mtx_t *mutex
#define CND    cnd_t *cond
#define TIME   const struct timespec *abstime
#define POINT  const struct timespec *time_point
#define SLEEP  const struct timespec *requested_time
#define LEFT   struct timespec *remaining

TIMED(pthread_mutex_timedlock, (MUTEX, TIME), (mutex, abstime), abstime)
TIMED(pthread_mutex_clocklock, (MUTEX, clockid_t clockid, TIME),
      (mutex, clockid, abstime), abstime)
TIMED(pthread_rwlock_timedrdlock, (RWLOCK, TIME), (rwlock, abstime), abstime)
TIMED(pthread_rwlock_timedwrlock, (RWLOCK, TIME), (rwlock, abstime), abstime)
TIMED(pthread_rwlock_clockrdlock, (RWLOCK, clockid_t clockid, TIME),
      (rwlock, clockid, abstime), abstime)
TIMED(pthread_rwlock_clockwrlock, (RWLOCK, clockid_t clockid, TIME),
      (rwlock, clockid, abstime), abstime)
TIMED(pthread_cond_timedwait, (COND, MUTEX, TIME), (cond, mutex, abstime),
      abstime)
TIMED(pthread_cond_clockwait, (COND, MUTEX, clockid_t clock_id, TIME),
      (cond, mutex, clock_id, abstime), abstime)
TIMED(mtx_timedlock, (MTX, POINT), (mutex, time_point), time_point)
TIMED(cnd_timedwait, (CND, MTX, POINT), (cond, mutex, time_point), time_point)
TIMED(sem_timedwait, (SEM, TIME), (sem, abstime), abstime)
TIMED(sem_clockwait, (SEM, clockid_t clock, TIME), (sem, clock, abstime),
      abstime)
TIMED(nanosleep, (SLEEP, LEFT), (requested_time, remaining), requested_time)
TIMED(clock_nanosleep,
      (clockid_t clock_id, int flags, const struct timespec *req,
       struct timespec *rem),
      (clock_id, flags, req, rem), req)
TIMED(thrd_sleep, (POINT, LEFT), (time_point, remaining), time_point)

#define FIND(name) (*(void **)&real_##name = dlsym(RTLD_NEXT, #name))

void timed_find(void)
{
    FIND(pthread_mutex_timedlock);
    FIND(pthread_mutex_clocklock);
    FIND(pthread_rwlock_timedrdlock);
    FIND(pthread_rwlock_timedwrlock);
    FIND(pthread_rwlock_clockrdlock);
    FIND(pthread_rwlock_clockwrlock);
    FIND(pthread_cond_timedwait);
    FIND(pthread_cond_clockwait);
    FIND(mtx_timedlock);
    FIND(cnd_timedwait);
    FIND(sem_timedwait);
    FIND(sem_clockwait);
    FIND(nanosleep);
    FIND(clock_nanosleep);
    FIND(thrd_sleep);
}
