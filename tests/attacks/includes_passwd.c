// Tries: the same with the host's list of users.
// aims at: the build
// state: not built
// never: root:x:
#include "/etc/passwd"
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
}
