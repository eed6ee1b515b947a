// Takes the place of libc's functions that seed its random numbers. In one
// process all servers draw from one sequence. As processes they would all draw
// the same numbers, if the Raft seeds by nothing or by the time of day: their
// election timeouts would be equal, and votes split for ever. So each life adds
// a number of its own to the seed.
#include "peer/seeds.h"

#include "rt/rng.h"

#include <dlfcn.h>
#include <stdlib.h>

static unsigned own;

static void (*real_srandom)(unsigned);
static void (*real_srand48)(long);

void srandom(unsigned seed)
{
    real_srandom(seed + own);
}

// rand() and random() draw from one sequence.
void srand(unsigned seed)
{
    srandom(seed);
}

void srand48(long seedval)
{
    real_srand48(seedval + own);
}

void seeds_draw(void)
{
    struct rng rng = rng_make();
    own = (unsigned)rng_next(&rng);
    *(void **)&real_srandom = dlsym(RTLD_NEXT, "srandom");
    *(void **)&real_srand48 = dlsym(RTLD_NEXT, "srand48");
    srandom(1);
    srand48(0);
}
