// Says, and checks, that a function's caller holds a lock.
#ifndef RT_MUTEX_H
#define RT_MUTEX_H

#include <assert.h>
#include <errno.h>
#include <pthread.h>

// Begins every function whose name ends in _locked. It can see that somebody
// holds the lock, not that it is the caller; that much catches a forgotten
// lock in the first test that has no contention.
static inline void must_hold(pthread_mutex_t *mu)
{
    int error = pthread_mutex_trylock(mu);
    assert(error == EBUSY && "the caller must hold this lock");
    (void)error;
}

#endif
