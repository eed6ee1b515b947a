// Leaves a process that keeps the connection, and ends.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    if (fork() != 0)
        _exit(7);
    sleep(60);
}
