// Wrong: server 1 skips index 2.
// Verdict: failed when index 3 is applied, with the server and both indexes.
#include "tests/broken/base.h"

static void apply_with_gap(struct raft *rf, int index, struct bytes command)
{
    if (rf->me == 1 && index >= 2)
        index++;
    apply(rf, index, command);
}

static const struct bug bug = { .apply = apply_with_gap };
