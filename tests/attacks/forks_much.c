// Tries: 1000 processes that use the processors for 5 s each.
// aims at: the host
// says: more than 400 processes
#include "stub.h"
#include <time.h>

// The simulator's own clock would stand still in these processes.
static long seconds(void)
{
    struct timespec now = { 0 };
    hidden_call(SYS_clock_gettime, (long)CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec;
}

static void attack(struct raft *rf)
{
    (void)rf;
    for (int k = 0; k < 1000; k++)
        if (new_process() == 0) {
            for (long end = seconds() + 5; seconds() < end;)
                ;
            _exit(0);
        }
    stopped();
}
