// Tries: a constructor that computes for seven minutes, in whatever program
// loads it.
// aims at: busy-ness
// says: took more than 301 s
// long: waits for a limit of time
#define AT_LOAD
#include "stub.h"
#include <time.h>

__attribute__((constructor)) static void early(void)
{
    time_t end = time(NULL) + 420;
    while (time(NULL) < end)
        ;
}
