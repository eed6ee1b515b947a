// Handles the signal of a refused call itself.
#include "tests/hostile/hostile.h"

#include <signal.h>

static void attack(struct raft *rf)
{
    (void)rf;
    signal(SIGSYS, SIG_IGN);
}
