// Runs a shell.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    execl("/bin/sh", "sh", "-c", "echo found", (char *)NULL);
}
