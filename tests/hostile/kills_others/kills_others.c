// Kills what clones the lives, and every other process that it can.
#include "tests/hostile/hostile.h"

#include <signal.h>

static void attack(struct raft *rf)
{
    (void)rf;
    kill(-1, SIGKILL);
}
