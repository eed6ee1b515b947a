// Wrong: server 1 applies a command that nobody offered.
// Verdict: failed when it is applied, with the server, the index and the
// command.
#include "tests/broken/base.h"

static void apply_garbage(struct raft *rf, int index, struct bytes command)
{
    static int garbage = 12345;
    if (rf->me == 1)
        command = (struct bytes){ &garbage, sizeof garbage };
    apply(rf, index, command);
}

static const struct bug bug = { .apply = apply_garbage };
