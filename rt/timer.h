// A timer as Go's time.Timer, reduced to what a thread that waits on a
// condition variable needs: a moment at which it is due. It is plain data,
// guarded by the lock of whoever holds it.
#ifndef RT_TIMER_H
#define RT_TIMER_H

#include "rt/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct timer {
    int64_t due_ns;  // On clock_now_ns; TIMER_NEVER when stopped.
};

#define TIMER_NEVER INT64_MAX

// Due in `ms` milliseconds from now, whatever it was before.
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
