// Not hostile: sleeps for what is no time, since a second is not carried.
#include "tests/hostile/hostile.h"

#include <time.h>

static void attack(struct raft *rf)
{
    (void)rf;
    const struct timespec time = { .tv_nsec = 1200000000 };
    nanosleep(&time, NULL);
}
