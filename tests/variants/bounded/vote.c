// Elections (§5.2, §5.4.1). The ticker starts them. Each request to a peer runs
// on a thread of its own.
#include "node.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <stdlib.h>

// A RequestVote on its way.
struct question {
    struct raft *rf;
    int peer;
    RequestVoteRequest request;
};

void put_off_election_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    rf->election_due_ms =
        clock_now_ms() +
        rng_between(&rf->rng, ELECTION_MIN_MS, ELECTION_MAX_MS);
}

// Becomes a follower; `term` is not older than ours. A leader's election timer
// expired long ago, so it starts again; a candidate's and a follower's
// continues.
void follow_locked(struct raft *rf, int term)
{
    must_hold(&rf->mu);
    if (rf->role == LEADER)
        put_off_election_locked(rf);
    rf->role = FOLLOWER;
    if (term > rf->current_term) {
        rf->current_term = term;
        rf->voted_for = NOBODY;
        save_locked(rf);
    }
}

// A message from the leader of this term.
void follow_leader_locked(struct raft *rf, int term)
{
    must_hold(&rf->mu);
    follow_locked(rf, term);
    put_off_election_locked(rf);
    rf->led_ms = clock_now_ms();
}

// A server that hears its leader needs no other one (§6).
static bool has_leader_locked(const struct raft *rf)
{
    return rf->role == LEADER ||
           (rf->led_ms != 0 && clock_now_ms() - rf->led_ms < ELECTION_MIN_MS);
}

static void count_vote_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    rf->n_votes++;
    if (rf->n_votes > rf->n_peers / 2)
        lead_locked(rf);
}

static void ask(void *arg)
{
    struct question *question = arg;
    struct raft *rf = question->rf;
    RequestVoteResponse response;
    if (labrpc_call(rf->peers[question->peer], &methods[VOTE],
                    &question->request, &response)) {
        pthread_mutex_lock(&rf->mu);
        if (response.term > rf->current_term)
            follow_locked(rf, response.term);
        else if (response.vote_granted && rf->role == CANDIDATE && !rf->dead &&
                 rf->current_term == question->request.term)
            count_vote_locked(rf);
        pthread_mutex_unlock(&rf->mu);
    }
    free(question);
}

void stand_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    rf->role = CANDIDATE;
    rf->current_term++;
    rf->voted_for = rf->me;
    rf->n_votes = 0;
    save_locked(rf);
    put_off_election_locked(rf);
    trace("VOTE", "stands");
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer == rf->me)
            continue;
        struct question *question = alloc(sizeof *question);
        *question = (struct question){
            .rf = rf,
            .peer = peer,
            .request = { .term = rf->current_term,
                         .candidate_id = rf->me,
                         .last_log_index = log_last(rf),
                         .last_log_term = log_term(rf, log_last(rf)) },
        };
        go(rf->threads, "ask", ask, question);
    }
    count_vote_locked(rf);  // Its own vote.
}

// Is the candidate's log at least as up-to-date as ours (§5.4.1)?
static bool is_up_to_date_locked(const struct raft *rf,
                                 const RequestVoteRequest *request)
{
    int our_term = log_term(rf, log_last(rf));
    if (request->last_log_term != our_term)
        return request->last_log_term > our_term;
    return request->last_log_index >= log_last(rf);
}

static bool grants_locked(struct raft *rf, const RequestVoteRequest *request)
{
    must_hold(&rf->mu);
    if (has_leader_locked(rf))
        return false;
    if (request->term > rf->current_term)
        follow_locked(rf, request->term);
    bool is_free =
        rf->voted_for == NOBODY || rf->voted_for == request->candidate_id;
    return request->term == rf->current_term && is_free &&
           is_up_to_date_locked(rf, request);
}

void answer_vote(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const RequestVoteRequest *request = args;
    RequestVoteResponse *response = reply;
    pthread_mutex_lock(&rf->mu);
    response->vote_granted = grants_locked(rf, request);
    if (response->vote_granted) {
        rf->voted_for = request->candidate_id;
        save_locked(rf);
        put_off_election_locked(rf);
        trace("VOTE", "for S%d", request->candidate_id);
    }
    response->term = rf->current_term;
    pthread_mutex_unlock(&rf->mu);
}
