// Asserts that a function's caller holds a lock.
#ifndef RT_MUTEX_H
#define RT_MUTEX_H

#include <assert.h>
#include <errno.h>
#include <pthread.h>

// The first statement of every function whose name ends in _locked. It checks
// that some thread holds the lock, which need not be the caller. Without
// contention that finds every forgotten lock.
static inline void must_hold(pthread_mutex_t *mu)
{
    int error = pthread_mutex_trylock(mu);
    assert(error == EBUSY && "the caller must hold this lock");
    (void)error;
}

#endif
