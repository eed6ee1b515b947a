// Stops its whole process.
#include "tests/hostile/hostile.h"

#include <signal.h>

static void attack(struct raft *rf)
{
    (void)rf;
    kill(getpid(), SIGSTOP);
}
