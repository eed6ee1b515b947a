// Wrong: an RPC handler calls exit(0), which means success.
// Verdict: failed, with the exit and the place.
#include "tests/broken/base.h"

static void give_up(struct raft *rf)
{
    if (rf->me == 1)
        exit(0);
}

static const struct bug bug = { .in_handler = give_up };
