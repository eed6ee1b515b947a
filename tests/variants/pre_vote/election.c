// Elections with a pre-vote (Ongaro's thesis, §9.6).
//
// A server whose timer expires asks the others whether they would vote for it
// in the next term. Asking and answering change nothing: no term, no vote, no
// timeout; nothing is saved. Only with a majority does it start an election, as
// in Figure 2. So a server that was disconnected comes back in its old term,
// and deposes no leader.
//
// A yes is no promise, so it may be old: one that comes late still counts while
// the server asks.
#include "core.h"

#include "rt/clock.h"

static int64_t ms_from_now(int ms)
{
    return clock_now_ns() + ms * NS_PER_MS;
}

void core_put_off_election(struct raft *rf)
{
    int ms = rng_between(&rf->rng, ELECTION_MIN_MS, ELECTION_MAX_MS);
    rf->election_ns = rf->dead ? NEVER : ms_from_now(ms);
}

void core_follow(struct raft *rf, int term)
{
    if (rf->role == LEADER)
        core_put_off_election(rf);
    rf->role = FOLLOWER;
    rf->heartbeat_ns = NEVER;
    if (term > rf->current_term) {
        rf->current_term = term;
        rf->voted_for = NOBODY;
        core_save(rf);
    }
}

void core_hear_leader(struct raft *rf, int term)
{
    core_follow(rf, term);
    core_put_off_election(rf);
    rf->leader_heard_ns = clock_now_ns();
}

static bool has_majority(const struct raft *rf)
{
    int n = 1;  // Itself.
    for (int peer = 0; peer < rf->n_peers; peer++)
        n += peer != rf->me && rf->peers[peer].says_yes;
    return n > rf->n_peers / 2;
}

static void forget_answers(struct raft *rf)
{
    for (int peer = 0; peer < rf->n_peers; peer++)
        rf->peers[peer].says_yes = false;
}

// Asks all peers: for a vote in `term`, or whether they would vote.
static void ask_peers(struct raft *rf, int method, int term)
{
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer == rf->me)
            continue;
        struct call *call = core_new_call(rf, peer, method);
        call->number = rf->asking;
        call->request.vote = (RequestVoteRequest){
            .term = term,
            .candidate_id = rf->me,
            .last_log_index = last_of(rf),
            .last_log_term = at(rf, last_of(rf))->term,
            .n_elections = rf->n_elections,
        };
        core_send(call);
    }
}

static void stand(struct raft *rf)
{
    rf->role = CANDIDATE;
    rf->current_term++;
    rf->voted_for = rf->me;
    rf->n_elections++;
    core_save(rf);
    core_put_off_election(rf);
    tell("VOTE", "stands for election, its %d.", rf->n_elections);
    forget_answers(rf);
    ask_peers(rf, REQUEST_VOTE, rf->current_term);
    if (has_majority(rf))
        core_lead(rf);
}

void core_begin_asking(struct raft *rf)
{
    if (rf->role != ASKING) {
        rf->role = ASKING;
        rf->asking++;
        forget_answers(rf);
    }
    core_put_off_election(rf);
    ask_peers(rf, PRE_VOTE, rf->current_term + 1);
    if (has_majority(rf))
        stand(rf);
}

// An answer to a vote request or a pre-vote.
void core_take_vote(struct raft *rf, struct call *call)
{
    if (!call->answered)
        return;
    if (call->reply.vote.term > rf->current_term) {
        core_follow(rf, call->reply.vote.term);
        return;
    }
    bool counts = call->term == rf->current_term && !rf->dead &&
                  (call->method == PRE_VOTE
                       ? rf->role == ASKING && call->number == rf->asking
                       : rf->role == CANDIDATE);
    if (!counts || !call->reply.vote.vote_granted)
        return;
    rf->peers[call->peer].says_yes = true;
    if (!has_majority(rf))
        return;
    if (rf->role == ASKING)
        stand(rf);
    else
        core_lead(rf);
}

// ---- The voter ----

static bool is_up_to_date(const struct raft *rf,
                          const RequestVoteRequest *request)
{
    int our_term = at(rf, last_of(rf))->term;
    return request->last_log_term > our_term ||
           (request->last_log_term == our_term &&
            request->last_log_index >= last_of(rf));
}

static void answer_vote(struct raft *rf, void *arg)
{
    const struct exchange *exchange = arg;
    const RequestVoteRequest *request = exchange->request;
    RequestVoteResponse *response = exchange->reply;
    if (request->term > rf->current_term)
        core_follow(rf, request->term);
    bool is_free =
        rf->voted_for == NOBODY || rf->voted_for == request->candidate_id;
    if (request->term == rf->current_term && is_free &&
        is_up_to_date(rf, request)) {
        rf->voted_for = request->candidate_id;
        core_save(rf);
        core_follow(rf, request->term);  // It stops asking.
        core_put_off_election(rf);
        response->vote_granted = true;
        tell("VOTE", "for S%d, whose %d. election it is", request->candidate_id,
             request->n_elections);
    }
    response->term = rf->current_term;
}

static bool hears_a_leader(const struct raft *rf)
{
    return rf->role == LEADER ||
           clock_now_ns() < rf->leader_heard_ns + ELECTION_MIN_MS * NS_PER_MS;
}

static void answer_pre_vote(struct raft *rf, void *arg)
{
    const struct exchange *exchange = arg;
    const RequestVoteRequest *request = exchange->request;
    RequestVoteResponse *response = exchange->reply;
    response->vote_granted = request->term > rf->current_term &&
                             !hears_a_leader(rf) && is_up_to_date(rf, request);
    response->term = rf->current_term;
}

void handle_vote(void *receiver, const void *args, void *reply)
{
    ask(receiver, answer_vote, &(struct exchange){ args, reply });
}

void handle_pre_vote(void *receiver, const void *args, void *reply)
{
    ask(receiver, answer_pre_vote, &(struct exchange){ args, reply });
}
