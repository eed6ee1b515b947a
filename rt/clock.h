// The one source of time: a clock that never goes back, and sleeping on it.
#ifndef RT_CLOCK_H
#define RT_CLOCK_H

#include <pthread.h>
#include <stdint.h>

// Nanoseconds since some fixed moment; never goes back.
int64_t clock_now_ns(void);

// The same, but in the simulator it is no event: what only watches a run must
// not change it.
int64_t clock_peek_ns(void);

// Milliseconds on the same clock.
int64_t clock_now_ms(void);

// Blocks the calling thread for at least this long.
void sleep_ms(int64_t ms);

// Makes a condition variable whose timed waits are on this clock. Destroy it
// with pthread_cond_destroy.
void cond_init(pthread_cond_t *cond);

// Waits on cond, which cond_init made, until it is signalled or the clock
// reads deadline_ns; call it in a loop that looks at the predicate.
//   locks  mu is held by the caller, let go while waiting, held again after
void cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mu,
                     int64_t deadline_ns);

#define NS_PER_MS INT64_C(1000000)

#endif
