// Tries: a file without an end.
// aims at: the build
// state: not built
// wall: limits
#include "/dev/zero"
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
}
