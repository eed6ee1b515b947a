// Wrong: servers 0 and 2 both lead in term 1.
// Verdict: failed, with both servers and the term.
#include "tests/broken/base.h"

static bool is_even(const struct raft *rf)
{
    return rf->me % 2 == 0;
}

static const struct bug bug = { .leads = is_even };
