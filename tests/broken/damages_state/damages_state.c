// Wrong: it saves a state that it cannot read, so that it cannot restart.
// Verdict: failed, with the exit(2) that raft.h asks for, and the place. The
// line that the Raft prints names the server.
#include "tests/broken/base.h"

#include <stdio.h>

static void restore(struct raft *rf)
{
    size_t size = persister_raft_state_size(rf->persister);
    if (size == 0)
        return;
    fprintf(stderr, "raft: server %d: its saved state (%zu bytes) is damaged\n",
            rf->me, size);
    exit(2);
}

static void save_garbage(struct raft *rf)
{
    persister_save_raft_state(rf->persister, (struct bytes){ "garbage", 7 });
}

static const struct bug bug = { .in_make = restore,
                                .in_start_locked = save_garbage };
