// Wrong: raft_start locks its mutex a second time.
// Verdict: failed when the call has not come back within 10 s, with the call,
// the server, and on stderr the place where it stands.
#include "tests/broken/base.h"

static void lock_again(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
}

static const struct bug bug = { .in_start_locked = lock_again };
