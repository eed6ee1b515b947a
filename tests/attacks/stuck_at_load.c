// Tries: a constructor that never returns, in whatever program loads it.
// aims at: busy-ness
// long: waits for a limit of time
// wall: limits
#define AT_LOAD
#include "stub.h"

__attribute__((constructor)) static void early(void)
{
    for (volatile int k = 0;; k++)
        ;
}
