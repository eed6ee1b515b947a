// A lock for those who only listen. Neither the simulator nor ThreadSanitizer
// sees it, so it decides no schedule, and orders no two threads whose race
// should be found.
#ifndef RT_UNSEEN_H
#define RT_UNSEEN_H

#include <stdatomic.h>
#include <stdbool.h>

// A spin lock. In the simulator nobody ever finds it taken. Zero is free.
struct unseen_lock {
    atomic_flag taken;
};

// What a thread does between these two, ThreadSanitizer does not look at.
void unseen_begin(void);
void unseen_end(void);

// Between these two, too. Keep it short, and call nothing that waits.
void unseen_lock(struct unseen_lock *lock);
void unseen_unlock(struct unseen_lock *lock);

// The same, for who may be called by a signal handler of the very thread that
// has the lock: false if it has not been free for some milliseconds.
bool unseen_try_lock(struct unseen_lock *lock);

#endif
