// A timer: the time at which it is due. Go's time.Timer has a channel as well;
// here a thread waits until the time on a condition variable. A timer is plain
// data, guarded by its owner's lock.
#ifndef RT_TIMER_H
#define RT_TIMER_H

#include "rt/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct timer {
    int64_t due_ns;  // A time of clock_now_ns; TIMER_NEVER when stopped.
};

#define TIMER_NEVER INT64_MAX

// Sets the timer to be due in `ms` milliseconds from now.
static inline void timer_reset(struct timer *timer, int64_t ms)
{
    timer->due_ns = clock_now_ns() + ms * NS_PER_MS;
}

static inline void timer_stop(struct timer *timer)
{
    timer->due_ns = TIMER_NEVER;
}

static inline bool timer_is_due(const struct timer *timer, int64_t now_ns)
{
    return now_ns >= timer->due_ns;
}

#endif
