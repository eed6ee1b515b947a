// Wrong: an RPC handler looks at the command of the last entry, and takes for
// granted that there is one.
// Verdict: failed, by a crash, with the signal, the address, and the place.
#include "tests/broken/base.h"

// Not inlined, so that it has a caller in the stack.
__attribute__((noinline)) static void look_at_last(struct raft *rf)
{
    const int *last_command = rf->commands[rf->last_index].data;
    rf->sent_index = *last_command;
}

static const struct bug bug = { .in_handler = look_at_last };
