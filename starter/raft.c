// The front of your Raft: making, killing and freeing a peer, and what the
// service asks of it. What each function owes its caller stands in
// raft/raft.h; docs/lab.md leads through the parts.
//
// The service's threads call in here, several at a time. None of them may wait
// for the network or for the apply channel.
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

    // Your code here (2A, 2B): what a server that was never started before
    // begins with.

    pthread_mutex_lock(&rf->mu);
    restore_locked(rf);
    pthread_mutex_unlock(&rf->mu);

    // The threads come last: from here on rf is shared. go() runs a function on
    // a thread of the group; raft_free waits for all of them.
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
    // Your code here (2B). These lines go: they claim that the command stands
    // at an index that cannot be, so that a test that needs raft_start says at
    // once that it is missing, and does not first look 10 s for a leader.
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
    // Whoever waits must learn of it; the ticker looks at rf->dead when woken.
    pthread_cond_broadcast(&rf->ticker_cond);
    // Your code here (2B): wake your other threads, too.

    // From now on go() on this group is a bug, and asserts.
    go_group_close(rf->threads);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    // Joins every thread, also those that wait for an RPC. Without the lock:
    // they need it in order to end.
    go_group_free(rf->threads);

    // Your code here (2A, 2B, 2D): free what you have allocated. `make asan`
    // tells what you forgot.

    pthread_cond_destroy(&rf->ticker_cond);
    pthread_mutex_destroy(&rf->mu);
    free(rf);
}
