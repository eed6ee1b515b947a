// Wrong: on server 1, raft_make waits for a leader, of whom it cannot hear
// before raft_make has returned.
// Verdict: failed when the call has not come back within 10 s, with the call,
// the server, and on stderr the place where it stands.
#include "tests/broken/base.h"

static void wait_for_leader(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    while (rf->me == 1 && !rf->dead)
        pthread_cond_wait(&rf->work, &rf->mu);
    pthread_mutex_unlock(&rf->mu);
}

static const struct bug bug = { .in_make = wait_for_leader };
