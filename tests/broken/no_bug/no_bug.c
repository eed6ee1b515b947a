// Wrong: nothing that a test without failures can show.
// Verdict: passed. So the other Rafts fail because of their bugs.
#include "tests/broken/base.h"

static const struct bug bug = { 0 };
