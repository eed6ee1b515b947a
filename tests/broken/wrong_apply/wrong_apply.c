// Wrong: at index 2, server 2 applies the command of index 1.
// Verdict: failed when it is applied, with both servers, the index and both
// commands.
#include "tests/broken/base.h"

static struct bytes first_command;

static void apply_other(struct raft *rf, int index, struct bytes command)
{
    if (rf->me == 2 && index == 1)
        first_command = bytes_copy(command);
    apply(rf, index, rf->me == 2 && index == 2 ? first_command : command);
}

static const struct bug bug = { .apply = apply_other };
