// Wrong: raft_start locks its mutex a second time.
// Verdict: failed when the call has not returned for 10 s, with the call and
// the server. stderr shows the place.
#include "tests/broken/base.h"

static void lock_again(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
}

static const struct bug bug = { .in_start_locked = lock_again };
