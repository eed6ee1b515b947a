// Wrong: an RPC handler calls _exit(0), which nothing in the process hears of.
// Verdict: failed, with the exit status. Nobody can say where.
#include "tests/broken/base.h"

#include <unistd.h>

static void give_up(struct raft *rf)
{
    if (rf->me == 1)
        _exit(0);
}

static const struct bug bug = { .in_handler = give_up };
