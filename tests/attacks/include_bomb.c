// Tries: a file that includes itself twice, 2 to the power of 200 times.
// aims at: the build
// state: not built
// long: waits for a limit of time
// wall: limits
#ifndef ONCE
#define ONCE
#include "stub.h"
static void attack(struct raft *rf)
{
    (void)rf;
}
#endif
#if __INCLUDE_LEVEL__ < 190
#include __FILE__
#include __FILE__
#endif
