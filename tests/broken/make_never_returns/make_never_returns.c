// Wrong: on server 1, raft_make waits for a leader. It cannot hear from one
// before raft_make has returned.
// Verdict: failed when the call has not returned for 10 s, with the call and
// the server. stderr shows the place.
#include "tests/broken/base.h"

static void wait_for_leader(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    while (rf->me == 1 && !rf->dead)
        pthread_cond_wait(&rf->work, &rf->mu);
    pthread_mutex_unlock(&rf->mu);
}

static const struct bug bug = { .in_make = wait_for_leader };
