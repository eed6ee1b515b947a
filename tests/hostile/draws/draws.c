// Not hostile: seeds libc's random numbers, alike on all servers, as by the
// time of day, and draws.
#include "tests/hostile/hostile.h"

#include <stdio.h>

static void attack(struct raft *rf)
{
    (void)rf;
    int unseeded = rand();
    srand(7);
    srand48(7);
    fprintf(stderr, "drew %d %d %ld\n", unseeded, rand(), lrand48());
}
