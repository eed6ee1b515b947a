// Tries: the name of an included file is a rule of make, by the list of
// dependencies.
// aims at: the build
// state: any
// leaves no: @WORK@/raftlab-attack-made
// wall: none
#include "/usr/include/../include/$(shell touch raftlab-attack-made)/../stdio.h"
#include "stub.h"
#if __has_include("/dev/fd/0")
#include "/dev/fd/0"
#endif

static void attack(struct raft *rf)
{
    (void)rf;
    stopped();
}
