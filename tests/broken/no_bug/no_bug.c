// Wrong: nothing, as far as a test without failures can tell.
// Verdict: passed. So it is the bugs that fail the others.
#include "tests/broken/base.h"

static const struct bug bug = { 0 };
