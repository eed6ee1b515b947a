// Wrong: an RPC handler calls _exit(0), which nothing in the process notices.
// Verdict: failed, with the exit status. The place is unknown.
#include "tests/broken/base.h"

#include <unistd.h>

static void give_up(struct raft *rf)
{
    if (rf->me == 1)
        _exit(0);
}

static const struct bug bug = { .in_handler = give_up };
