// Wrappers of the functions on locks (tester/locked.h). Each calls the system's
// function and notes what it does (tester/locks.h). A wait with a time limit is
// no reason for a hang, so only the lock that it takes is noted. The parameters
// have the names of the manual pages.
#include "tester/locks.h"

#include <pthread.h>
#include <semaphore.h>
#include <threads.h>
#include <time.h>

// Both have the type of the function.
#define WRAPPED(name)                                                          \
    extern __typeof__(name) __real_##name;                                     \
    extern __typeof__(name) __wrap_##name
#include "tester/locked.h"
#undef WRAPPED

// The return address of the wrapper's caller.
#define PLACE __builtin_return_address(0)

static void note_wait(enum lock_kind kind, const void *lock, const void *place)
{
    locks_note_wait((struct lock_wait){ .kind = WAIT_FOR_LOCK,
                                        .lock_kind = kind,
                                        .object = lock,
                                        .place = place });
}

// Notes the lock if the call has taken it: the result is 0 (pthread_...) or
// thrd_success, which is 0, too. Returns the result.
static int note_result(int result, enum lock_kind kind, const void *lock,
                       const void *place)
{
    if (result == 0)
        locks_note_taken(kind, lock, place);
    else
        locks_note_no_wait();
    return result;
}

// The place where the thread locked the mutex before it waits on a condition;
// `place` if that is not noted. The lock after the wait keeps this place.
static const void *place_before(const void *mutex, const void *place)
{
    const void *before = locks_place(mutex);
    return before != NULL ? before : place;
}

// ---- Mutexes ----

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    note_wait(LOCK_MUTEX, mutex, PLACE);
    return note_result(__real_pthread_mutex_lock(mutex), LOCK_MUTEX, mutex,
                       PLACE);
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    return note_result(__real_pthread_mutex_trylock(mutex), LOCK_MUTEX, mutex,
                       PLACE);
}

int __wrap_pthread_mutex_timedlock(pthread_mutex_t *mutex,
                                   const struct timespec *abstime)
{
    return note_result(__real_pthread_mutex_timedlock(mutex, abstime),
                       LOCK_MUTEX, mutex, PLACE);
}

int __wrap_pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clockid,
                                   const struct timespec *abstime)
{
    return note_result(__real_pthread_mutex_clocklock(mutex, clockid, abstime),
                       LOCK_MUTEX, mutex, PLACE);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    locks_note_released(mutex);
    return __real_pthread_mutex_unlock(mutex);
}

int __wrap_mtx_lock(mtx_t *mutex)
{
    note_wait(LOCK_MUTEX, mutex, PLACE);
    return note_result(__real_mtx_lock(mutex), LOCK_MUTEX, mutex, PLACE);
}

int __wrap_mtx_trylock(mtx_t *mutex)
{
    return note_result(__real_mtx_trylock(mutex), LOCK_MUTEX, mutex, PLACE);
}

int __wrap_mtx_timedlock(mtx_t *mutex, const struct timespec *time_point)
{
    return note_result(__real_mtx_timedlock(mutex, time_point), LOCK_MUTEX,
                       mutex, PLACE);
}

int __wrap_mtx_unlock(mtx_t *mutex)
{
    locks_note_released(mutex);
    return __real_mtx_unlock(mutex);
}

// ---- Condition variables ----

static void note_condition(const void *cond, const void *mutex,
                           const void *place)
{
    locks_note_released(mutex);
    locks_note_wait((struct lock_wait){ .kind = WAIT_FOR_CONDITION,
                                        .object = cond,
                                        .mutex = mutex,
                                        .place = place });
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    const void *place = place_before(mutex, PLACE);
    note_condition(cond, mutex, PLACE);
    int result = __real_pthread_cond_wait(cond, mutex);
    locks_note_taken(LOCK_MUTEX, mutex, place);
    return result;
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *abstime)
{
    const void *place = place_before(mutex, PLACE);
    note_condition(cond, mutex, PLACE);
    int result = __real_pthread_cond_timedwait(cond, mutex, abstime);
    locks_note_taken(LOCK_MUTEX, mutex, place);
    return result;
}

int __wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  clockid_t clock_id,
                                  const struct timespec *abstime)
{
    const void *place = place_before(mutex, PLACE);
    note_condition(cond, mutex, PLACE);
    int result = __real_pthread_cond_clockwait(cond, mutex, clock_id, abstime);
    locks_note_taken(LOCK_MUTEX, mutex, place);
    return result;
}

int __wrap_cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    const void *place = place_before(mutex, PLACE);
    note_condition(cond, mutex, PLACE);
    int result = __real_cnd_wait(cond, mutex);
    locks_note_taken(LOCK_MUTEX, mutex, place);
    return result;
}

int __wrap_cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
                         const struct timespec *restrict time_point)
{
    const void *place = place_before(mutex, PLACE);
    note_condition(cond, mutex, PLACE);
    int result = __real_cnd_timedwait(cond, mutex, time_point);
    locks_note_taken(LOCK_MUTEX, mutex, place);
    return result;
}

// ---- Read-write locks ----

int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *rwlock)
{
    note_wait(LOCK_RWLOCK, rwlock, PLACE);
    return note_result(__real_pthread_rwlock_rdlock(rwlock), LOCK_RWLOCK,
                       rwlock, PLACE);
}

int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *rwlock)
{
    note_wait(LOCK_RWLOCK, rwlock, PLACE);
    return note_result(__real_pthread_rwlock_wrlock(rwlock), LOCK_RWLOCK,
                       rwlock, PLACE);
}

int __wrap_pthread_rwlock_tryrdlock(pthread_rwlock_t *rwlock)
{
    return note_result(__real_pthread_rwlock_tryrdlock(rwlock), LOCK_RWLOCK,
                       rwlock, PLACE);
}

int __wrap_pthread_rwlock_trywrlock(pthread_rwlock_t *rwlock)
{
    return note_result(__real_pthread_rwlock_trywrlock(rwlock), LOCK_RWLOCK,
                       rwlock, PLACE);
}

int __wrap_pthread_rwlock_timedrdlock(pthread_rwlock_t *rwlock,
                                      const struct timespec *abstime)
{
    return note_result(__real_pthread_rwlock_timedrdlock(rwlock, abstime),
                       LOCK_RWLOCK, rwlock, PLACE);
}

int __wrap_pthread_rwlock_timedwrlock(pthread_rwlock_t *rwlock,
                                      const struct timespec *abstime)
{
    return note_result(__real_pthread_rwlock_timedwrlock(rwlock, abstime),
                       LOCK_RWLOCK, rwlock, PLACE);
}

int __wrap_pthread_rwlock_clockrdlock(pthread_rwlock_t *rwlock,
                                      clockid_t clockid,
                                      const struct timespec *abstime)
{
    return note_result(
        __real_pthread_rwlock_clockrdlock(rwlock, clockid, abstime),
        LOCK_RWLOCK, rwlock, PLACE);
}

int __wrap_pthread_rwlock_clockwrlock(pthread_rwlock_t *rwlock,
                                      clockid_t clockid,
                                      const struct timespec *abstime)
{
    return note_result(
        __real_pthread_rwlock_clockwrlock(rwlock, clockid, abstime),
        LOCK_RWLOCK, rwlock, PLACE);
}

int __wrap_pthread_rwlock_unlock(pthread_rwlock_t *rwlock)
{
    locks_note_released(rwlock);
    return __real_pthread_rwlock_unlock(rwlock);
}

// ---- Spin locks ----

int __wrap_pthread_spin_lock(pthread_spinlock_t *lock)
{
    note_wait(LOCK_SPIN, (const void *)lock, PLACE);
    return note_result(__real_pthread_spin_lock(lock), LOCK_SPIN,
                       (const void *)lock, PLACE);
}

int __wrap_pthread_spin_trylock(pthread_spinlock_t *lock)
{
    return note_result(__real_pthread_spin_trylock(lock), LOCK_SPIN,
                       (const void *)lock, PLACE);
}

int __wrap_pthread_spin_unlock(pthread_spinlock_t *lock)
{
    locks_note_released((const void *)lock);
    return __real_pthread_spin_unlock(lock);
}

// ---- Semaphores, other threads ----

int __wrap_sem_wait(sem_t *sem)
{
    locks_note_wait((struct lock_wait){
        .kind = WAIT_FOR_SEMAPHORE, .object = sem, .place = PLACE });
    int result = __real_sem_wait(sem);
    locks_note_no_wait();
    return result;
}

static void note_join(pthread_t thread, const void *place)
{
    locks_note_wait((struct lock_wait){
        .kind = WAIT_FOR_THREAD, .thread = thread, .place = place });
}

int __wrap_pthread_join(pthread_t thread, void **value)
{
    note_join(thread, PLACE);
    int result = __real_pthread_join(thread, value);
    locks_note_no_wait();
    return result;
}

int __wrap_thrd_join(thrd_t thr, int *res)
{
    note_join(thr, PLACE);
    int result = __real_thrd_join(thr, res);
    locks_note_no_wait();
    return result;
}
