// Elections (§5.2, §5.4.1): candidates, votes, and new leaders.
//
// The ticker starts an election. Each RequestVote call has a thread of its own,
// which also handles the reply. So has each request that arrives.
#include "raft/internal.h"

#include "rt/alloc.h"

#include <stdlib.h>

// One RequestVote call.
struct vote_call {
    struct raft *rf;
    int peer;
    RequestVoteRequest request;
};

static void become_leader_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    debug_raft("ROLE", "leads, with %d of %d votes", rf->votes, rf->n_peers);
    rf->state = LEADER;
    reset_progress_locked(rf);
    timer_stop(&rf->election_timer);
    broadcast_locked(rf);  // "Upon election: send initial heartbeats."
    pthread_cond_signal(&rf->ticker_cond);
}

static void count_vote_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    rf->votes++;
    if (rf->votes > rf->n_peers / 2)
        become_leader_locked(rf);
}

static void call_for_vote(void *arg)
{
    struct vote_call *call = arg;
    struct raft *rf = call->rf;
    RequestVoteResponse response;
    bool answered = labrpc_call(rf->peers[call->peer], &rf->rpcs[REQUEST_VOTE],
                                &call->request, &response);
    if (answered) {
        pthread_mutex_lock(&rf->mu);
        if (response.term > rf->current_term)
            become_follower_locked(rf, response.term);  // §5.1
        // A vote counts only in the election for which it was asked.
        else if (rf->state == CANDIDATE && response.vote_granted &&
                 rf->current_term == call->request.term)
            count_vote_locked(rf);
        pthread_mutex_unlock(&rf->mu);
    }
    free(call);
}

void start_election_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    rf->state = CANDIDATE;
    rf->current_term++;
    rf->voted_for = rf->me;
    persist_locked(rf);
    reset_election_timer_locked(rf);
    debug_raft("VOTE", "stands for election");

    const Entry *last = log_last(&rf->logs);
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer == rf->me)
            continue;
        struct vote_call *call = alloc(sizeof *call);
        *call = (struct vote_call){
            rf, peer, { rf->current_term, rf->me, last->index, last->term }
        };
        go(rf->threads, "RequestVote", call_for_vote, call);
    }
    rf->votes = 0;
    count_vote_locked(rf);  // Its own. It is a majority in a cluster of one.
}

// Is the candidate's log at least as up-to-date as ours? (§5.4.1)
static bool is_log_up_to_date_locked(struct raft *rf, int term, int index)
{
    must_hold(&rf->mu);
    const Entry *last = log_last(&rf->logs);
    if (term != last->term)
        return term > last->term;
    return index >= last->index;
}

// Answers a RequestVote RPC (Figure 2, "Receiver implementation").
void request_vote(struct raft *rf, const RequestVoteRequest *request,
                  RequestVoteResponse *response)
{
    pthread_mutex_lock(&rf->mu);
    if (request->term > rf->current_term)
        become_follower_locked(rf, request->term);  // §5.1

    bool free_to_vote =
        rf->voted_for == NOBODY || rf->voted_for == request->candidate_id;
    bool granted = request->term == rf->current_term && free_to_vote &&
                   is_log_up_to_date_locked(rf, request->last_log_term,
                                            request->last_log_index);
    if (granted) {
        rf->voted_for = request->candidate_id;
        persist_locked(rf);  // A vote forgotten in a crash could be cast twice.
        reset_election_timer_locked(rf);
    }
    debug_raft("VOTE", "%s its vote to S%d", granted ? "grants" : "refuses",
               request->candidate_id);
    response->term = rf->current_term;
    response->vote_granted = granted;
    pthread_mutex_unlock(&rf->mu);
}
