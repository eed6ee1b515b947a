// Ends the process before main, or what it takes for it.
#include "tests/hostile/hostile.h"

__attribute__((constructor)) static void leave(void)
{
    _exit(0);
}

static void attack(struct raft *rf)
{
    (void)rf;
}
