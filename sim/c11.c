// C11's <threads.h>: pthreads under other names, with other results.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <stdlib.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "one in the other");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "one in the other");
_Static_assert(sizeof(thrd_t) == sizeof(pthread_t), "one as the other");
_Static_assert(sizeof(once_flag) == sizeof(int), "one as the other");

static pthread_mutex_t *mutex_of(mtx_t *mutex)
{
    return (pthread_mutex_t *)mutex;
}

static pthread_cond_t *cond_of(cnd_t *cond)
{
    return (pthread_cond_t *)cond;
}

static int result_of(int error)
{
    switch (error) {
    case 0:
        return thrd_success;
    case ETIMEDOUT:
        return thrd_timedout;
    case EBUSY:
        return thrd_busy;
    case ENOMEM:
    case EAGAIN:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

// ---- Threads ----

int __wrap_thrd_create(thrd_t *id, thrd_start_t start, void *arg)
{
    if (!sim.on)
        return __real_thrd_create(id, start, arg);
    // The int that `start` returns stands in the register that returns a
    // pointer; thrd_join reads only the int.
    return result_of(
        sim_thread_create(id, NULL, (void *(*)(void *))(void *)start, arg));
}

int __wrap_thrd_join(thrd_t id, int *value)
{
    if (!sim.on)
        return __real_thrd_join(id, value);
    void *returned = NULL;
    int error = sim_thread_join(id, &returned, NEVER, HERE);
    if (error == 0 && value != NULL)
        *value = (int)(uintptr_t)returned;
    return result_of(error);
}

int __wrap_thrd_detach(thrd_t id)
{
    if (!sim.on)
        return __real_thrd_detach(id);
    return result_of(sim_thread_detach(id, HERE));
}

void __wrap_thrd_exit(int value)
{
    if (!sim.on)
        __real_thrd_exit(value);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): see thrd_create.
    sim_thread_exit((void *)(intptr_t)value);
}

thrd_t __wrap_thrd_current(void)
{
    return __wrap_pthread_self();
}

int __wrap_thrd_equal(thrd_t a, thrd_t b)
{
    return a == b;
}

int __wrap_thrd_sleep(const struct timespec *time, struct timespec *left)
{
    if (!sim.on)
        return __real_thrd_sleep(time, left);
    sim_sleep(time, HERE);
    return 0;
}

void __wrap_thrd_yield(void)
{
    if (sim.on)
        sim_yield();
    else
        __real_thrd_yield();
}

// ---- Mutexes ----

int __wrap_mtx_init(mtx_t *mutex, int type)
{
    if (!sim.on)
        return __real_mtx_init(mutex, type);
    if ((type & ~(mtx_timed | mtx_recursive)) != mtx_plain)
        sim_misuse(HERE, "makes a mutex of type %d, which there is not", type);
    return result_of(sim_mutex_init(
        mutex_of(mutex),
        type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL));
}

void __wrap_mtx_destroy(mtx_t *mutex)
{
    if (sim.on)
        sim_mutex_destroy(mutex_of(mutex), HERE);
    else
        __real_mtx_destroy(mutex);
}

int __wrap_mtx_lock(mtx_t *mutex)
{
    if (!sim.on)
        return __real_mtx_lock(mutex);
    return result_of(sim_mutex_lock(mutex_of(mutex), NEVER, HERE));
}

int __wrap_mtx_trylock(mtx_t *mutex)
{
    if (!sim.on)
        return __real_mtx_trylock(mutex);
    return result_of(sim_mutex_trylock(mutex_of(mutex), HERE));
}

int __wrap_mtx_timedlock(mtx_t *mutex, const struct timespec *time)
{
    if (!sim.on)
        return __real_mtx_timedlock(mutex, time);
    int64_t due_ns = sim_due(CLOCK_REALTIME, time, HERE);
    return result_of(sim_mutex_lock(mutex_of(mutex), due_ns, HERE));
}

int __wrap_mtx_unlock(mtx_t *mutex)
{
    if (!sim.on)
        return __real_mtx_unlock(mutex);
    return result_of(sim_mutex_unlock(mutex_of(mutex), HERE));
}

// ---- Condition variables ----

int __wrap_cnd_init(cnd_t *cond)
{
    if (!sim.on)
        return __real_cnd_init(cond);
    return result_of(__wrap_pthread_cond_init(cond_of(cond), NULL));
}

void __wrap_cnd_destroy(cnd_t *cond)
{
    if (sim.on)
        sim_cond_destroy(cond_of(cond), HERE);
    else
        __real_cnd_destroy(cond);
}

int __wrap_cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    if (!sim.on)
        return __real_cnd_wait(cond, mutex);
    return result_of(
        sim_cond_wait(cond_of(cond), mutex_of(mutex), NEVER, HERE));
}

int __wrap_cnd_timedwait(cnd_t *cond, mtx_t *mutex, const struct timespec *time)
{
    if (!sim.on)
        return __real_cnd_timedwait(cond, mutex, time);
    int64_t due_ns = sim_due(CLOCK_REALTIME, time, HERE);
    return result_of(
        sim_cond_wait(cond_of(cond), mutex_of(mutex), due_ns, HERE));
}

int __wrap_cnd_signal(cnd_t *cond)
{
    if (!sim.on)
        return __real_cnd_signal(cond);
    return result_of(sim_cond_signal(cond_of(cond), HERE));
}

int __wrap_cnd_broadcast(cnd_t *cond)
{
    if (!sim.on)
        return __real_cnd_broadcast(cond);
    return result_of(sim_cond_broadcast(cond_of(cond), HERE));
}

// ---- Keys and once ----

int __wrap_tss_create(tss_t *key, tss_dtor_t destroy)
{
    return result_of(__wrap_pthread_key_create(key, destroy));
}

void __wrap_tss_delete(tss_t key)
{
    __wrap_pthread_key_delete(key);
}

void *__wrap_tss_get(tss_t key)
{
    return __wrap_pthread_getspecific(key);
}

int __wrap_tss_set(tss_t key, void *value)
{
    return result_of(__wrap_pthread_setspecific(key, value));
}

void __wrap_call_once(once_flag *once, void (*routine)(void))
{
    if (sim.on)
        sim_once((int *)once, routine, HERE);
    else
        __real_call_once(once, routine);
}
