// Wrong: an RPC handler returns with the lock held.
// Verdict: failed when a call into that server has not come back within 10 s,
// or at the limit; on stderr, and in the message, where the lock was taken.
#include "tests/broken/base.h"

static void keep_lock(struct raft *rf)
{
    pthread_mutex_trylock(&rf->mu);  // The first time that it is free.
}

static const struct bug bug = { .in_handler = keep_lock };
