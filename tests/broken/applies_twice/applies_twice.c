// Wrong: server 1 applies index 2 twice.
// Verdict: failed when it is applied again, with the server and the index.
#include "tests/broken/base.h"

static void apply_again(struct raft *rf, int index, struct bytes command)
{
    apply(rf, index, command);
    if (rf->me == 1 && index == 2)
        apply(rf, index, command);
}

static const struct bug bug = { .apply = apply_again };
