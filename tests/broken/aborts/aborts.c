// Wrong: an assertion of the Raft fails.
// Verdict: failed, with the place. The assertion's message is in the output.
#include "tests/broken/base.h"

static void check_log(struct raft *rf)
{
    assert(rf->last_index > 0);
}

static const struct bug bug = { .in_handler = check_log };
