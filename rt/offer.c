// Most of what a thread of the lab waits for takes a few microseconds, and
// waking a thread that sleeps costs up to 40 where the other core has to be
// woken from its own sleep (a virtual machine).
#include "rt/offer.h"

#include <sched.h>

// A call over the network took 71 us with none, 10 us with 5, 5 us with 20, 3
// us with 50, 2 us with 200; 20 take 6 us, which is what waiting costs in vain.
#define YIELDS 20

void offer_processor(const atomic_bool *wanted)
{
    for (int i = 0; i < YIELDS && !atomic_load(wanted); i++)
        sched_yield();
}
