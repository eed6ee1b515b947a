// A clock that never goes back, and sleeping by it. The lab reads no other
// clock.
#ifndef RT_CLOCK_H
#define RT_CLOCK_H

#include <pthread.h>
#include <stdint.h>

// Nanoseconds since a fixed moment. Never goes back.
int64_t clock_now_ns(void);

// The same, but in the simulator it is no scheduling point: for code that
// observes a run and must not change it.
int64_t clock_peek_ns(void);

// Milliseconds of the same clock.
int64_t clock_now_ms(void);

// Blocks the calling thread for at least this long.
void sleep_ms(int64_t ms);

// Initialises a condition variable for cond_wait_until. pthread_cond_destroy
// destroys it.
void cond_init(pthread_cond_t *cond);

// Waits until cond is signalled, or clock_now_ns reads deadline_ns. To be
// called in a loop that checks the condition.
//   cond   initialised by cond_init
//   locks  mu: held by the caller, released during the wait, held on return
void cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mu,
                     int64_t deadline_ns);

#define NS_PER_MS INT64_C(1000000)

#endif
