// Tries: includes a terminal at which nobody types: who reads it waits for
// ever, as on a machine that stands still.
// aims at: the build
// state: not built
// says: include a pipe or a device, instead of a file?
#include "/dev/ptmx"
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
}
