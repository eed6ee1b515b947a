// Wrong: server 2 leads in term 1, too, once it has heard from server 0.
// Verdict: failed, with both servers and the term.
#include "tests/broken/base.h"

#include <stdatomic.h>

static atomic_bool has_heard;

static bool leads_too(const struct raft *rf)
{
    return rf->me == 0 || (rf->me == 2 && has_heard);
}

static void stand_up(struct raft *rf)
{
    if (rf->me == 2 && !atomic_exchange(&has_heard, true))
        go(rf->threads, "leader", lead, rf);
}

static const struct bug bug = { .leads = leads_too, .in_handler = stand_up };
