// Tries: raft_make and raft_free that never return.
// aims at: busy-ness
// says: has not returned for 10 s
#include "stub.h"

static void attack(struct raft *rf)
{
    for (volatile int k = 0; rf != NULL; k++)
        ;
}
