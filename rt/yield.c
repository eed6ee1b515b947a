// Most waits in the lab end within a few microseconds. Waking a thread that
// sleeps costs up to 40 us in a virtual machine, where the other core sleeps,
// too.
#include "rt/yield.h"

#include <sched.h>
#include <stdbool.h>

// Measured, a call over the network took 71 us with 0 yields, 10 us with 5, 5
// us with 20, 3 us with 50, 2 us with 200. 20 yields take 6 us: that is the
// cost if the wait lasts longer.
#define YIELDS 20

// Yields at most `limit` times until *flag is true. Returns how often.
static int yield_until(const atomic_bool *flag, int limit)
{
    int n = 0;
    while (n < limit && !atomic_load(flag)) {
        sched_yield();
        n++;
    }
    return n;
}

void yield_briefly(const atomic_bool *flag)
{
    yield_until(flag, YIELDS);
}

// The tests pause for milliseconds between calls. If idle threads yielded
// YIELDS times, most of a run's context switches (57%) would lead from one idle
// thread to another.
void yield_if_busy(const atomic_bool *flag)
{
    static _Thread_local int limit = 1;
    bool is_busy = yield_until(flag, limit) <= 1 && atomic_load(flag);
    limit = is_busy ? YIELDS : 1;
}
