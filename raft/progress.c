// A leader's state for each follower (Figure 2: next_index, match_index), and
// the commit rule, which depends on it (§5.3, §5.4.2).
//
// Called with the lock held, by the Raft's threads and by those that call it.
#include "raft/internal.h"

void reset_progress_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    int last_index = log_last(&rf->logs)->index;
    for (int peer = 0; peer < rf->n_peers; peer++) {
        rf->next_index[peer] = last_index + 1;
        rf->match_index[peer] = 0;
        rf->told_commit[peer] = 0;
        rf->awaited[peer] = 0;
    }
    rf->match_index[rf->me] = last_index;
}

void wake_replicators_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer != rf->me)
            pthread_cond_signal(&rf->replicator_cond[peer]);
    }
}

// Does a majority have the log up to this index?
static bool majority_has_locked(struct raft *rf, int index)
{
    must_hold(&rf->mu);
    int holders = 0;
    for (int peer = 0; peer < rf->n_peers; peer++)
        holders += rf->match_index[peer] >= index;
    return holders > rf->n_peers / 2;
}

void advance_commit_index_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    int index = rf->commit_index;
    while (majority_has_locked(rf, index + 1))
        index++;
    // Only entries of the leader's own term are committed by counting; older
    // ones are committed with them (Figure 8).
    if (index > rf->commit_index &&
        log_at(&rf->logs, index)->term == rf->current_term) {
        rf->commit_index = index;
        debug_raft("CMIT", "commits up to %d", rf->commit_index);
        pthread_cond_signal(&rf->apply_cond);
        wake_replicators_locked(rf);  // They send it to the followers.
    }
}

void raise_match_index_locked(struct raft *rf, int peer, int index)
{
    must_hold(&rf->mu);
    if (index <= rf->match_index[peer])
        return;  // A newer reply came before this one.
    rf->match_index[peer] = index;
    rf->next_index[peer] = index + 1;
    advance_commit_index_locked(rf);
}

bool take_reply_locked(struct raft *rf, struct rpc_id id, bool answered,
                       int reply_term)
{
    must_hold(&rf->mu);
    if (answered && reply_term > rf->current_term)
        become_follower_locked(rf, reply_term);  // §5.1
    if (rf->state != LEADER || rf->current_term != id.term)
        return false;
    // After a failure the next RPC is sent only if no newer one is under way.
    // Else each lost heartbeat would start a series of RPCs that never ends.
    if (answered || rf->awaited[id.peer] == id.number)
        rf->awaited[id.peer] = 0;
    pthread_cond_signal(&rf->replicator_cond[id.peer]);
    return answered;
}
