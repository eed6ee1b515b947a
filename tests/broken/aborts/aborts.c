// Wrong: an assertion of the Raft does not hold.
// Verdict: failed, with the place; what the assertion says is in the output.
#include "tests/broken/base.h"

static void check_log(struct raft *rf)
{
    assert(rf->last_index > 0);
}

static const struct bug bug = { .in_handler = check_log };
