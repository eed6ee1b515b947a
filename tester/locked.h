// The functions on locks that locked.c wraps, in programs that run in real
// time. It notes which thread holds which lock, for the report of a hang. They
// are not wrapped under ThreadSanitizer, whose reports would show the wrappers.

WRAPPED(pthread_mutex_lock);
WRAPPED(pthread_mutex_trylock);
WRAPPED(pthread_mutex_timedlock);
WRAPPED(pthread_mutex_clocklock);
WRAPPED(pthread_mutex_unlock);
WRAPPED(pthread_cond_wait);
WRAPPED(pthread_cond_timedwait);
WRAPPED(pthread_cond_clockwait);
WRAPPED(pthread_rwlock_rdlock);
WRAPPED(pthread_rwlock_wrlock);
WRAPPED(pthread_rwlock_tryrdlock);
WRAPPED(pthread_rwlock_trywrlock);
WRAPPED(pthread_rwlock_timedrdlock);
WRAPPED(pthread_rwlock_timedwrlock);
WRAPPED(pthread_rwlock_clockrdlock);
WRAPPED(pthread_rwlock_clockwrlock);
WRAPPED(pthread_rwlock_unlock);
WRAPPED(pthread_spin_lock);
WRAPPED(pthread_spin_trylock);
WRAPPED(pthread_spin_unlock);
WRAPPED(pthread_join);
WRAPPED(sem_wait);
WRAPPED(mtx_lock);
WRAPPED(mtx_trylock);
WRAPPED(mtx_timedlock);
WRAPPED(mtx_unlock);
WRAPPED(cnd_wait);
WRAPPED(cnd_timedwait);
WRAPPED(thrd_join);
