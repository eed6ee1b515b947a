// Elections (§5.2, §5.4.1). A candidate repeats its request to each peer that
// has not answered. A voter grants it again, and counts once.
#include "monitor.h"

void postpone_election(struct raft *rf)
{
    INSIDE(rf);
    rf->election_at_ns =
        ms_from_now(rng_between(&rf->rng, ELECTION_MIN_MS, ELECTION_MAX_MS));
}

void become_follower(struct raft *rf, int term)
{
    INSIDE(rf);
    if (rf->role == LEADER)
        postpone_election(rf);
    rf->role = FOLLOWER;
    rf->heartbeat_at_ns = NEVER;
    rf->ask_again_at_ns = NEVER;
    if (term > rf->saved.current_term) {
        rf->saved.current_term = term;
        rf->saved.voted_for = NOBODY;
        save(rf);
    }
    pthread_cond_broadcast(&rf->changed);
}

static void count_votes(struct raft *rf)
{
    INSIDE(rf);
    int n_votes = 1;  // Its own vote.
    for (int p = 0; p < rf->n_peers; p++)
        n_votes += p != rf->me && rf->peers[p].voter_granted;
    if (n_votes > rf->n_peers / 2)
        become_leader(rf);
}

void ask_for_votes(struct raft *rf)
{
    INSIDE(rf);
    rf->ask_again_at_ns = ms_from_now(ASK_AGAIN_MS);
    for (int p = 0; p < rf->n_peers; p++) {
        if (p == rf->me || rf->peers[p].voter_answered)
            continue;
        struct call *call = new_call(&rf->peers[p], REQUEST_VOTE);
        call->request.vote = (RequestVoteRequest){
            .term = rf->saved.current_term,
            .candidate_id = rf->me,
            .last_log_index = log_last(rf),
            .last_log_term = log_term(rf, log_last(rf)),
        };
        send_off(call);
    }
}

void begin_election(struct raft *rf)
{
    INSIDE(rf);
    rf->role = CANDIDATE;
    rf->saved.current_term++;
    rf->saved.voted_for = rf->me;
    save(rf);
    say(rf, "VOTE", "stands for election");
    for (int p = 0; p < rf->n_peers; p++)
        rf->peers[p].voter_answered = rf->peers[p].voter_granted = false;
    postpone_election(rf);
    ask_for_votes(rf);
    count_votes(rf);
}

void vote_replied(struct call *call)
{
    struct raft *rf = call->rf;
    INSIDE(rf);
    if (call->reply.vote.term > rf->saved.current_term)
        become_follower(rf, call->reply.vote.term);
    if (rf->role != CANDIDATE || call->term != rf->saved.current_term)
        return;
    call->peer->voter_answered = true;
    if (call->reply.vote.vote_granted) {
        call->peer->voter_granted = true;
        count_votes(rf);
    }
}

static bool is_as_good_as_ours(const struct raft *rf,
                               const RequestVoteRequest *request)
{
    int last = log_last(rf);
    int term = log_term(rf, last);
    return request->last_log_term > term ||
           (request->last_log_term == term && request->last_log_index >= last);
}

void handle_vote(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const RequestVoteRequest *request = args;
    RequestVoteResponse *response = reply;
    pthread_mutex_lock(&rf->mu);
    if (request->term > rf->saved.current_term)
        become_follower(rf, request->term);
    if (request->term == rf->saved.current_term &&
        is_as_good_as_ours(rf, request)) {
        if (rf->saved.voted_for == NOBODY) {
            rf->saved.voted_for = request->candidate_id;
            save(rf);
            postpone_election(rf);
        }
        response->vote_granted = rf->saved.voted_for == request->candidate_id;
    }
    response->term = rf->saved.current_term;
    pthread_mutex_unlock(&rf->mu);
}
