// A lock for readers of events. The simulator and ThreadSanitizer do not see
// it, so it changes no schedule and hides no race of the threads that take it.
#ifndef RT_UNSEEN_H
#define RT_UNSEEN_H

#include <stdatomic.h>
#include <stdbool.h>

// A spin lock. All zero is free. In the simulator it is always free.
struct unseen_lock {
    atomic_flag taken;
};

// ThreadSanitizer ignores what the thread does between these two calls.
void unseen_begin(void);
void unseen_end(void);

// Lock and unlock. ThreadSanitizer ignores what the thread does between. The
// caller must hold the lock only briefly, and must not wait.
void unseen_lock(struct unseen_lock *lock);
void unseen_unlock(struct unseen_lock *lock);

// As unseen_lock, but returns false if the lock is not free after many tries:
// for a signal handler, whose own thread may hold it.
bool unseen_try_lock(struct unseen_lock *lock);

#endif
