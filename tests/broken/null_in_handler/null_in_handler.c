// Wrong: an RPC handler reads the command of the last entry, and assumes that
// there is one.
// Verdict: failed, by a crash, with the signal, the address, and the place.
#include "tests/broken/base.h"

// Not inlined, so that the stack has a caller.
__attribute__((noinline)) static void look_at_last(struct raft *rf)
{
    const int *last_command = rf->commands[rf->last_index].data;
    rf->sent_index = *last_command;
}

static const struct bug bug = { .in_handler = look_at_last };
