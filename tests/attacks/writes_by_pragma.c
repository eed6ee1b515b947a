// Tries: options in the source that make the compiler write files
// elsewhere.
// aims at: the build
// state: any
// leaves no: @WORK@/raftlab-attack-dumped
// wall: none
#pragma GCC optimize("dump-tree-all=" WORK "/raftlab-attack-dumped")
#include "stub.h"
#pragma GCC optimize("profile-use=" SECRET)

static void attack(struct raft *rf)
{
    (void)rf;
    stopped();
}
