// The interface of your Raft: making, killing and freeing a peer, and the calls
// of the service. raft/raft.h has the contract of each function; docs/lab.md
// guides you through the parts.
//
// The service's threads call these functions, several at a time. No function
// may wait for the network or for the apply channel.
#include "internal.h"

#include "rt/alloc.h"

#include <stdlib.h>

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);  // Zeroed.
    rf->peers = peers;
    rf->n_peers = n_peers;
    rf->me = me;
    rf->persister = persister;
    rf->apply_ch = apply_ch;
    int n_rpcs;
    rf->rpcs = raft_methods(&n_rpcs);
    rf->rng = rng_make();
    pthread_mutex_init(&rf->mu, NULL);
    cond_init(&rf->ticker_cond);  // Not pthread_cond_init: see rt/clock.h.

    // Your code here (2A, 2B): the state of a server that has never run before.

    pthread_mutex_lock(&rf->mu);
    restore_locked(rf);
    pthread_mutex_unlock(&rf->mu);

    // Start the threads last: from here on other threads use rf. go() runs a
    // function on a thread of the group; raft_free waits for all of them.
    rf->threads = go_group_make();
    go_group_set_server(rf->threads, rf->me);
    go(rf->threads, "ticker", ticker, rf);
    // Your code here (2B): other threads that live as long as the peer.
    return rf;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    pthread_mutex_lock(&rf->mu);
    // Your code here (2A).
    *term = 0;
    *is_leader = false;
    pthread_mutex_unlock(&rf->mu);
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    pthread_mutex_lock(&rf->mu);
    // Your code here (2B). Remove these lines. They return an invalid index. So
    // a test that needs raft_start reports at once that it is missing, and does
    // not look for a leader for 10 s.
    (void)command;
    *index = -1;
    *term = -1;
    bool is_leader = true;
    pthread_mutex_unlock(&rf->mu);
    return is_leader;
}

void raft_kill(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    rf->dead = true;
    // Wake every waiting thread. The ticker checks rf->dead when it is woken.
    pthread_cond_broadcast(&rf->ticker_cond);
    // Your code here (2B): wake your other threads, too.

    // From now on go() on this group is a bug, and fails an assertion.
    go_group_close(rf->threads);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    // Joins every thread, also those that wait for an RPC. Do not hold the lock
    // here: they need it to end.
    go_group_free(rf->threads);

    // Your code here (2A, 2B, 2D): free what you have allocated. `make asan`
    // finds what you forgot.

    pthread_cond_destroy(&rf->ticker_cond);
    pthread_mutex_destroy(&rf->mu);
    free(rf);
}
