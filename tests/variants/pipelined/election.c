// Elections (§5.2, §5.4.1): each RequestVote is a thread of its own.
#include "core.h"

#include "rt/alloc.h"

#include <stdlib.h>

// A RequestVote on its way.
struct ballot {
    struct raft *rf;
    int peer;
    RequestVoteRequest request;
};

// Wakes no thread: the clock thread looks again when its current alarm is due,
// and notices a shorter timeout then.
void await_leader_locked(struct raft *rf)
{
    rf->alarm_ms =
        now_ms() + rng_between(&rf->rng, ELECTION_MIN_MS, ELECTION_MAX_MS);
}

void step_down_locked(struct raft *rf, int term)
{
    if (rf->role == LEADER)
        await_leader_locked(rf);
    rf->role = FOLLOWER;
    if (term > rf->current_term) {
        rf->current_term = term;
        rf->voted_for = NOBODY;
        save_locked(rf);
    }
}

static void add_vote_locked(struct raft *rf)
{
    if (++rf->n_votes > rf->n_peers / 2)
        take_lead_locked(rf);
}

static void cast(void *arg)
{
    struct ballot *ballot = arg;
    struct raft *rf = ballot->rf;
    RequestVoteResponse response = { 0 };
    bool answered =
        labrpc_call(rf->peers[ballot->peer], &rpc_table[REQUEST_VOTE],
                    &ballot->request, &response);
    lock(rf);
    if (answered && response.term > rf->current_term)
        step_down_locked(rf, response.term);
    if (answered && response.vote_granted && !rf->dead &&
        rf->role == CANDIDATE && rf->current_term == ballot->request.term)
        add_vote_locked(rf);
    unlock(rf);
    free(ballot);
}

void run_for_leader_locked(struct raft *rf)
{
    rf->role = CANDIDATE;
    rf->current_term++;
    rf->voted_for = rf->me;
    rf->n_votes = 0;
    save_locked(rf);
    await_leader_locked(rf);
    note("VOTE", "runs for leader");
    int last = last_index_of(&rf->log);
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer == rf->me)
            continue;
        struct ballot *ballot = alloc(sizeof *ballot);
        ballot->rf = rf;
        ballot->peer = peer;
        ballot->request = (RequestVoteRequest){
            .term = rf->current_term,
            .candidate_id = rf->me,
            .last_log_index = last,
            .last_log_term = term_of(&rf->log, last),
        };
        go(rf->threads, "cast", cast, ballot);
    }
    add_vote_locked(rf);
}

static bool may_lead_locked(const struct raft *rf,
                            const RequestVoteRequest *request)
{
    int last = last_index_of(&rf->log);
    int last_term = term_of(&rf->log, last);
    if (request->last_log_term == last_term)
        return request->last_log_index >= last;
    return request->last_log_term > last_term;
}

void on_request_vote(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const RequestVoteRequest *request = args;
    RequestVoteResponse *response = reply;
    lock(rf);
    if (request->term > rf->current_term)
        step_down_locked(rf, request->term);
    if (request->term == rf->current_term && may_lead_locked(rf, request) &&
        (rf->voted_for == NOBODY || rf->voted_for == request->candidate_id)) {
        response->vote_granted = true;
        rf->voted_for = request->candidate_id;
        save_locked(rf);
        await_leader_locked(rf);
    }
    response->term = rf->current_term;
    unlock(rf);
}
