#include "rt/unseen.h"

#include <sched.h>
#include <stddef.h>

// The tries of unseen_try_lock, which yields after each. An owner that runs at
// all needs far fewer.
#define MAX_TRIES 100000

// ThreadSanitizer's functions; NULL without it.
#define WEAK __attribute__((weak))
WEAK void AnnotateIgnoreReadsBegin(const char *file, int line);
WEAK void AnnotateIgnoreReadsEnd(const char *file, int line);
WEAK void AnnotateIgnoreSyncBegin(const char *file, int line);
WEAK void AnnotateIgnoreSyncEnd(const char *file, int line);

void unseen_begin(void)
{
    if (AnnotateIgnoreReadsBegin == NULL)
        return;
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
}

void unseen_end(void)
{
    if (AnnotateIgnoreReadsBegin == NULL)
        return;
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

static bool take(struct unseen_lock *lock)
{
    return !atomic_flag_test_and_set_explicit(&lock->taken,
                                              memory_order_acquire);
}

void unseen_lock(struct unseen_lock *lock)
{
    unseen_begin();
    while (!take(lock))
        sched_yield();
}

void unseen_unlock(struct unseen_lock *lock)
{
    atomic_flag_clear_explicit(&lock->taken, memory_order_release);
    unseen_end();
}

bool unseen_try_lock(struct unseen_lock *lock)
{
    unseen_begin();
    for (int k = 0; k < MAX_TRIES; k++) {
        if (take(lock))
            return true;
        sched_yield();
    }
    unseen_end();
    return false;
}
