// The simulated functions, by the file that simulates them. Made from this
// list: the prototypes (sim/real.h), the linker's flags (Makefile), and the
// functions that scripts/check-symbols allows.

// thread.c
WRAPPED(pthread_create);
WRAPPED(pthread_join);
WRAPPED(pthread_tryjoin_np);
WRAPPED(pthread_timedjoin_np);
WRAPPED(pthread_clockjoin_np);
WRAPPED(pthread_detach);
WRAPPED(pthread_exit);
WRAPPED(__pthread_unwind_next);
WRAPPED(pthread_self);
WRAPPED(pthread_equal);
WRAPPED(pthread_setname_np);
WRAPPED(pthread_getname_np);
WRAPPED(pthread_getattr_np);
WRAPPED(pthread_cancel);
WRAPPED(pthread_setcancelstate);
WRAPPED(pthread_setcanceltype);
WRAPPED(pthread_testcancel);
WRAPPED(pthread_setschedparam);
WRAPPED(pthread_getschedparam);
WRAPPED(pthread_setaffinity_np);
WRAPPED(pthread_getaffinity_np);

// files.c
WRAPPED(open);
WRAPPED(openat);
WRAPPED(fopen);
WRAPPED(freopen);

// ids.c
WRAPPED(getpid);
WRAPPED(getppid);
WRAPPED(gettid);

// cleanup.c: what pthread_cleanup_push and pop call
WRAPPED(__pthread_register_cancel);
WRAPPED(__pthread_unregister_cancel);

// once.c, keys.c
WRAPPED(pthread_once);
WRAPPED(pthread_key_create);
WRAPPED(pthread_key_delete);
WRAPPED(pthread_getspecific);
WRAPPED(pthread_setspecific);

// mutex.c
WRAPPED(pthread_mutex_init);
WRAPPED(pthread_mutex_destroy);
WRAPPED(pthread_mutex_lock);
WRAPPED(pthread_mutex_trylock);
WRAPPED(pthread_mutex_timedlock);
WRAPPED(pthread_mutex_clocklock);
WRAPPED(pthread_mutex_unlock);
WRAPPED(pthread_mutex_consistent);

// cond.c
WRAPPED(pthread_cond_init);
WRAPPED(pthread_cond_destroy);
WRAPPED(pthread_cond_wait);
WRAPPED(pthread_cond_timedwait);
WRAPPED(pthread_cond_clockwait);
WRAPPED(pthread_cond_signal);
WRAPPED(pthread_cond_broadcast);

// rwlock.c
WRAPPED(pthread_rwlock_init);
WRAPPED(pthread_rwlock_destroy);
WRAPPED(pthread_rwlock_rdlock);
WRAPPED(pthread_rwlock_tryrdlock);
WRAPPED(pthread_rwlock_timedrdlock);
WRAPPED(pthread_rwlock_clockrdlock);
WRAPPED(pthread_rwlock_wrlock);
WRAPPED(pthread_rwlock_trywrlock);
WRAPPED(pthread_rwlock_timedwrlock);
WRAPPED(pthread_rwlock_clockwrlock);
WRAPPED(pthread_rwlock_unlock);

// sem.c, barrier.c, spin.c
WRAPPED(sem_init);
WRAPPED(sem_destroy);
WRAPPED(sem_wait);
WRAPPED(sem_trywait);
WRAPPED(sem_timedwait);
WRAPPED(sem_clockwait);
WRAPPED(sem_post);
WRAPPED(sem_getvalue);
WRAPPED(pthread_barrier_init);
WRAPPED(pthread_barrier_destroy);
WRAPPED(pthread_barrier_wait);
WRAPPED(pthread_spin_init);
WRAPPED(pthread_spin_destroy);
WRAPPED(pthread_spin_lock);
WRAPPED(pthread_spin_trylock);
WRAPPED(pthread_spin_unlock);

// c11.c
WRAPPED(thrd_create);
WRAPPED(thrd_join);
WRAPPED(thrd_detach);
WRAPPED(thrd_exit);
WRAPPED(thrd_current);
WRAPPED(thrd_equal);
WRAPPED(thrd_sleep);
WRAPPED(thrd_yield);
WRAPPED(mtx_init);
WRAPPED(mtx_destroy);
WRAPPED(mtx_lock);
WRAPPED(mtx_trylock);
WRAPPED(mtx_timedlock);
WRAPPED(mtx_unlock);
WRAPPED(cnd_init);
WRAPPED(cnd_destroy);
WRAPPED(cnd_wait);
WRAPPED(cnd_timedwait);
WRAPPED(cnd_signal);
WRAPPED(cnd_broadcast);
WRAPPED(tss_create);
WRAPPED(tss_delete);
WRAPPED(tss_get);
WRAPPED(tss_set);
WRAPPED(call_once);

// clock.c
WRAPPED(clock_gettime);
WRAPPED(gettimeofday);
WRAPPED(time);
WRAPPED(clock);
WRAPPED(times);
WRAPPED(timespec_get);

// sleep.c
WRAPPED(sched_yield);
WRAPPED(nanosleep);
WRAPPED(clock_nanosleep);
WRAPPED(usleep);
WRAPPED(sleep);
WRAPPED(poll);
WRAPPED(ppoll);
WRAPPED(select);
WRAPPED(pselect);

// random.c
WRAPPED(rand);
WRAPPED(srand);
WRAPPED(random);
WRAPPED(srandom);
WRAPPED(drand48);
WRAPPED(lrand48);
WRAPPED(mrand48);
WRAPPED(srand48);
WRAPPED(seed48);
WRAPPED(getrandom);
WRAPPED(getentropy);
WRAPPED(arc4random);
WRAPPED(arc4random_buf);
WRAPPED(arc4random_uniform);

// signals.c
WRAPPED(sigaction);
WRAPPED(signal);
