// What a leader knows of each follower (Figure 2: next_index, match_index), and
// what follows from it: the rule for committing (§5.3, §5.4.2).
//
// Replication and snapshots share it. No thread of its own: their threads call
// it, with the lock held.
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

void advance_commit_index_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    int majority_has = 0;  // The highest index that a majority holds.
    for (int p = 0; p < rf->n_peers; p++) {
        int holders = 0;
        for (int q = 0; q < rf->n_peers; q++)
            holders += rf->match_index[q] >= rf->match_index[p];
        if (holders > rf->n_peers / 2 && rf->match_index[p] > majority_has)
            majority_has = rf->match_index[p];
    }
    // Only an entry of its own term is committed by counting; older ones are
    // committed with it (Figure 8).
    if (majority_has > rf->commit_index &&
        log_at(&rf->logs, majority_has)->term == rf->current_term) {
        rf->commit_index = majority_has;
        log_raft("CMIT", "commits up to %d", rf->commit_index);
        pthread_cond_signal(&rf->apply_cond);
        wake_replicators_locked(rf);  // The followers want to know.
    }
}

void raise_match_index_locked(struct raft *rf, int peer, int index)
{
    must_hold(&rf->mu);
    if (index <= rf->match_index[peer])
        return;  // An older reply, overtaken by a newer one.
    rf->match_index[peer] = index;
    rf->next_index[peer] = index + 1;
    advance_commit_index_locked(rf);
}

bool take_reply_locked(struct raft *rf, struct sent sent, bool answered,
                       int reply_term)
{
    must_hold(&rf->mu);
    if (answered && reply_term > rf->current_term)
        become_follower_locked(rf, reply_term);  // §5.1
    if (rf->state != LEADER || rf->current_term != sent.term)
        return false;
    // A failure frees the peer for the next RPC only if no newer one is on its
    // way: else each heartbeat that got lost would beget RPCs for ever.
    if (answered || rf->awaited[sent.peer] == sent.number)
        rf->awaited[sent.peer] = 0;
    pthread_cond_signal(&rf->replicator_cond[sent.peer]);
    return answered;
}
