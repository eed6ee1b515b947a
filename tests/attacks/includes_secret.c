// Tries: the compiler's message about a file that is no C shows the secret.
// aims at: the build
// state: not built
#include "stub.h"
#include SECRET

static void attack(struct raft *rf)
{
    (void)rf;
}
