// Wrong: an RPC handler returns with the lock held.
// Verdict: failed when a call into that server has not returned for 10 s, or at
// the limit. stderr and the message show where the lock was taken.
#include "tests/broken/base.h"

static void keep_lock(struct raft *rf)
{
    pthread_mutex_trylock(&rf->mu);  // Succeeds once, when the lock is free.
}

static const struct bug bug = { .in_handler = keep_lock };
