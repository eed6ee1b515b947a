// Asserts that a function's caller holds a lock.
#ifndef RT_MUTEX_H
#define RT_MUTEX_H

#include <assert.h>
#include <errno.h>
#include <pthread.h>

// Call it first in a function whose name ends in _locked. It checks only that
// some thread holds the lock, not that the caller does. So it finds a forgotten
// lock whenever no other thread holds that lock.
static inline void must_hold(pthread_mutex_t *mu)
{
    int error = pthread_mutex_trylock(mu);
    assert(error == EBUSY && "the caller must hold this lock");
    (void)error;
}

#endif
