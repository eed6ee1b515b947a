// The functions that are simulated. The linker's --wrap gives each two names:
// __wrap_f, which is ours and which the program's calls of f reach, and
// __real_f, which is the system's. The list is also in sim/wrapped.
//
// Before sim_start, and after sim_finish, every one of ours calls the system's.
#ifndef SIM_REAL_H
#define SIM_REAL_H

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/times.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

// Those that a C library may lack are weak.
#define WRAPPED(type, name, ...)                                               \
    type __real_##name(__VA_ARGS__) __attribute__((weak));                     \
    type __wrap_##name(__VA_ARGS__)

// thread.c
WRAPPED(int, pthread_create, pthread_t *id, const pthread_attr_t *attr,
        void *(*start)(void *), void *arg);
WRAPPED(int, pthread_join, pthread_t id, void **value);
WRAPPED(int, pthread_tryjoin_np, pthread_t id, void **value);
WRAPPED(int, pthread_timedjoin_np, pthread_t id, void **value,
        const struct timespec *time);
WRAPPED(int, pthread_clockjoin_np, pthread_t id, void **value, clockid_t clock,
        const struct timespec *time);
WRAPPED(int, pthread_detach, pthread_t id);
WRAPPED(void, pthread_exit, void *value) __attribute__((noreturn));
WRAPPED(pthread_t, pthread_self, void);
WRAPPED(int, pthread_equal, pthread_t a, pthread_t b);
WRAPPED(int, pthread_setname_np, pthread_t id, const char *name);
WRAPPED(int, pthread_getname_np, pthread_t id, char *name, size_t size);
WRAPPED(int, pthread_getattr_np, pthread_t id, pthread_attr_t *attr);
WRAPPED(int, pthread_cancel, pthread_t id);
WRAPPED(int, pthread_setcancelstate, int state, int *old);
WRAPPED(int, pthread_setcanceltype, int type, int *old);
WRAPPED(void, pthread_testcancel, void);
WRAPPED(int, pthread_setschedparam, pthread_t id, int policy,
        const struct sched_param *param);
WRAPPED(int, pthread_getschedparam, pthread_t id, int *policy,
        struct sched_param *param);
WRAPPED(int, pthread_setaffinity_np, pthread_t id, size_t size,
        const cpu_set_t *set);
WRAPPED(int, pthread_getaffinity_np, pthread_t id, size_t size, cpu_set_t *set);

// files.c
WRAPPED(int, open, const char *path, int flags, ...);
WRAPPED(int, openat, int folder, const char *path, int flags, ...);
WRAPPED(FILE *, fopen, const char *path, const char *mode);
WRAPPED(FILE *, freopen, const char *path, const char *mode, FILE *file);

// ids.c
WRAPPED(pid_t, getpid, void);
WRAPPED(pid_t, getppid, void);
WRAPPED(pid_t, gettid, void);

// cleanup.c: what pthread_cleanup_push and pop call
WRAPPED(void, __pthread_register_cancel, __pthread_unwind_buf_t *buffer);
WRAPPED(void, __pthread_unregister_cancel, __pthread_unwind_buf_t *buffer);
WRAPPED(void, __pthread_unwind_next, __pthread_unwind_buf_t *buffer)
__attribute__((noreturn));

// once.c, keys.c
WRAPPED(int, pthread_once, pthread_once_t *once, void (*routine)(void));
WRAPPED(int, pthread_key_create, pthread_key_t *key, void (*destroy)(void *));
WRAPPED(int, pthread_key_delete, pthread_key_t key);
WRAPPED(void *, pthread_getspecific, pthread_key_t key);
WRAPPED(int, pthread_setspecific, pthread_key_t key, const void *value);

// mutex.c
WRAPPED(int, pthread_mutex_init, pthread_mutex_t *mutex,
        const pthread_mutexattr_t *attr);
WRAPPED(int, pthread_mutex_destroy, pthread_mutex_t *mutex);
WRAPPED(int, pthread_mutex_lock, pthread_mutex_t *mutex);
WRAPPED(int, pthread_mutex_trylock, pthread_mutex_t *mutex);
WRAPPED(int, pthread_mutex_timedlock, pthread_mutex_t *mutex,
        const struct timespec *time);
WRAPPED(int, pthread_mutex_clocklock, pthread_mutex_t *mutex, clockid_t clock,
        const struct timespec *time);
WRAPPED(int, pthread_mutex_unlock, pthread_mutex_t *mutex);
WRAPPED(int, pthread_mutex_consistent, pthread_mutex_t *mutex);

// cond.c
WRAPPED(int, pthread_cond_init, pthread_cond_t *cond,
        const pthread_condattr_t *attr);
WRAPPED(int, pthread_cond_destroy, pthread_cond_t *cond);
WRAPPED(int, pthread_cond_wait, pthread_cond_t *cond, pthread_mutex_t *mutex);
WRAPPED(int, pthread_cond_timedwait, pthread_cond_t *cond,
        pthread_mutex_t *mutex, const struct timespec *time);
WRAPPED(int, pthread_cond_clockwait, pthread_cond_t *cond,
        pthread_mutex_t *mutex, clockid_t clock, const struct timespec *time);
WRAPPED(int, pthread_cond_signal, pthread_cond_t *cond);
WRAPPED(int, pthread_cond_broadcast, pthread_cond_t *cond);

// rwlock.c
WRAPPED(int, pthread_rwlock_init, pthread_rwlock_t *lock,
        const pthread_rwlockattr_t *attr);
WRAPPED(int, pthread_rwlock_destroy, pthread_rwlock_t *lock);
WRAPPED(int, pthread_rwlock_rdlock, pthread_rwlock_t *lock);
WRAPPED(int, pthread_rwlock_tryrdlock, pthread_rwlock_t *lock);
WRAPPED(int, pthread_rwlock_timedrdlock, pthread_rwlock_t *lock,
        const struct timespec *time);
WRAPPED(int, pthread_rwlock_clockrdlock, pthread_rwlock_t *lock,
        clockid_t clock, const struct timespec *time);
WRAPPED(int, pthread_rwlock_wrlock, pthread_rwlock_t *lock);
WRAPPED(int, pthread_rwlock_trywrlock, pthread_rwlock_t *lock);
WRAPPED(int, pthread_rwlock_timedwrlock, pthread_rwlock_t *lock,
        const struct timespec *time);
WRAPPED(int, pthread_rwlock_clockwrlock, pthread_rwlock_t *lock,
        clockid_t clock, const struct timespec *time);
WRAPPED(int, pthread_rwlock_unlock, pthread_rwlock_t *lock);

// sem.c, barrier.c, spin.c
WRAPPED(int, sem_init, sem_t *sem, int shared, unsigned value);
WRAPPED(int, sem_destroy, sem_t *sem);
WRAPPED(int, sem_wait, sem_t *sem);
WRAPPED(int, sem_trywait, sem_t *sem);
WRAPPED(int, sem_timedwait, sem_t *sem, const struct timespec *time);
WRAPPED(int, sem_clockwait, sem_t *sem, clockid_t clock,
        const struct timespec *time);
WRAPPED(int, sem_post, sem_t *sem);
WRAPPED(int, sem_getvalue, sem_t *sem, int *value);
WRAPPED(int, pthread_barrier_init, pthread_barrier_t *barrier,
        const pthread_barrierattr_t *attr, unsigned count);
WRAPPED(int, pthread_barrier_destroy, pthread_barrier_t *barrier);
WRAPPED(int, pthread_barrier_wait, pthread_barrier_t *barrier);
WRAPPED(int, pthread_spin_init, pthread_spinlock_t *lock, int shared);
WRAPPED(int, pthread_spin_destroy, pthread_spinlock_t *lock);
WRAPPED(int, pthread_spin_lock, pthread_spinlock_t *lock);
WRAPPED(int, pthread_spin_trylock, pthread_spinlock_t *lock);
WRAPPED(int, pthread_spin_unlock, pthread_spinlock_t *lock);

// c11.c
WRAPPED(int, thrd_create, thrd_t *id, thrd_start_t start, void *arg);
WRAPPED(int, thrd_join, thrd_t id, int *value);
WRAPPED(int, thrd_detach, thrd_t id);
WRAPPED(void, thrd_exit, int value) __attribute__((noreturn));
WRAPPED(thrd_t, thrd_current, void);
WRAPPED(int, thrd_equal, thrd_t a, thrd_t b);
WRAPPED(int, thrd_sleep, const struct timespec *time, struct timespec *left);
WRAPPED(void, thrd_yield, void);
WRAPPED(int, mtx_init, mtx_t *mutex, int type);
WRAPPED(void, mtx_destroy, mtx_t *mutex);
WRAPPED(int, mtx_lock, mtx_t *mutex);
WRAPPED(int, mtx_trylock, mtx_t *mutex);
WRAPPED(int, mtx_timedlock, mtx_t *mutex, const struct timespec *time);
WRAPPED(int, mtx_unlock, mtx_t *mutex);
WRAPPED(int, cnd_init, cnd_t *cond);
WRAPPED(void, cnd_destroy, cnd_t *cond);
WRAPPED(int, cnd_wait, cnd_t *cond, mtx_t *mutex);
WRAPPED(int, cnd_timedwait, cnd_t *cond, mtx_t *mutex,
        const struct timespec *time);
WRAPPED(int, cnd_signal, cnd_t *cond);
WRAPPED(int, cnd_broadcast, cnd_t *cond);
WRAPPED(int, tss_create, tss_t *key, tss_dtor_t destroy);
WRAPPED(void, tss_delete, tss_t key);
WRAPPED(void *, tss_get, tss_t key);
WRAPPED(int, tss_set, tss_t key, void *value);
WRAPPED(void, call_once, once_flag *once, void (*routine)(void));

// clock.c
WRAPPED(int64_t, clock_peek_ns, void);
WRAPPED(void, offer_processor, const atomic_bool *wanted);
WRAPPED(int, clock_gettime, clockid_t clock, struct timespec *now);
WRAPPED(int, gettimeofday, struct timeval *now, void *zone);
WRAPPED(time_t, time, time_t *now);
WRAPPED(clock_t, clock, void);
WRAPPED(clock_t, times, struct tms *used);
WRAPPED(int, timespec_get, struct timespec *now, int base);

// sleep.c
WRAPPED(int, sched_yield, void);
WRAPPED(int, nanosleep, const struct timespec *time, struct timespec *left);
WRAPPED(int, clock_nanosleep, clockid_t clock, int flags,
        const struct timespec *time, struct timespec *left);
WRAPPED(int, usleep, useconds_t us);
WRAPPED(unsigned, sleep, unsigned s);
WRAPPED(int, poll, struct pollfd *fds, nfds_t n, int ms);
WRAPPED(int, ppoll, struct pollfd *fds, nfds_t n, const struct timespec *time,
        const sigset_t *mask);
WRAPPED(int, select, int n, fd_set *read, fd_set *write, fd_set *other,
        struct timeval *time);
WRAPPED(int, pselect, int n, fd_set *read, fd_set *write, fd_set *other,
        const struct timespec *time, const sigset_t *mask);

// random.c
WRAPPED(int, rand, void);
WRAPPED(void, srand, unsigned seed);
WRAPPED(long, random, void);
WRAPPED(void, srandom, unsigned seed);
WRAPPED(double, drand48, void);
WRAPPED(long, lrand48, void);
WRAPPED(long, mrand48, void);
WRAPPED(void, srand48, long seed);
WRAPPED(unsigned short *, seed48, unsigned short seed[3]);
WRAPPED(ssize_t, getrandom, void *buffer, size_t size, unsigned flags);
WRAPPED(int, getentropy, void *buffer, size_t size);
WRAPPED(uint32_t, arc4random, void);
WRAPPED(void, arc4random_buf, void *buffer, size_t size);
WRAPPED(uint32_t, arc4random_uniform, uint32_t bound);

// watch.c
WRAPPED(int, sigaction, int number, const struct sigaction *action,
        struct sigaction *old);
WRAPPED(sighandler_t, signal, int number, sighandler_t handler);

#undef WRAPPED

#endif
