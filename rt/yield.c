// Most waits in the lab end within a few microseconds. Waking a thread that
// sleeps costs up to 40 us in a virtual machine, where the other core sleeps,
// too.
#include "rt/yield.h"

#include <sched.h>

// Measured, a call over the network took 71 us with 0 yields, 10 us with 5, 5
// us with 20, 3 us with 50, 2 us with 200. 20 yields take 6 us: that is the
// cost if the wait lasts longer.
#define YIELDS 20

void yield_briefly(const atomic_bool *flag)
{
    for (int i = 0; i < YIELDS && !atomic_load(flag); i++)
        sched_yield();
}
