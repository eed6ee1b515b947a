// Figure 2, line by line: elections. Which servers a candidate asks, and which
// replies make it a leader (§5.2).
#include "tests/fig2/internal.h"
#include "tests/fig2/steps.h"

// A candidate asks all other servers when the timeout has passed, and again in
// a newer term if none answers.
LAB_TEST(raft_fig2, 2A_candidate_asks_everybody)
{
    struct script *s =
        script_begin(5, "Test (fig2 2A): a candidate asks everybody");

    script_heartbeat(s, 3);
    for (int peer = 1; peer < 5; peer++) {
        struct call *call = script_await_vote(
            s, peer, 4,
            "Rules for Servers, Candidates (Figure 2, §5.2): on conversion to "
            "candidate, increment current_term, and send RequestVote RPCs to "
            "all other servers");
        test_check(call->vote->term == 4,
                   "Rules for Servers, Candidates (Figure 2, §5.2): on "
                   "conversion to candidate, increment current_term. Server 0, "
                   "in term 3, stood in term %d",
                   call->vote->term);
        test_check(call->vote->last_log_index == 0 &&
                       call->vote->last_log_term == 0,
                   "RequestVote (Figure 2, §5.4): last_log_index and "
                   "last_log_term are those of the candidate's last entry. "
                   "Server 0, whose log is empty, sent %d and %d, not 0 and 0",
                   call->vote->last_log_index, call->vote->last_log_term);
    }
    script_end(s);
}

// A split vote is followed by another election, in a newer term.
LAB_TEST(raft_fig2, 2A_split_vote_is_followed_by_another)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): a split vote is followed by another election");

    int term = 0;
    for (int round = 0; round < 3; round++) {
        if (!script_starts_election(s, term + 1, SOON_MS))
            test_check(!script_is_leader(s),
                       "Rules for Servers, Candidates (Figure 2, §5.2): if "
                       "votes received from majority of servers, become "
                       "leader. Server 0 leads term %d of 3 servers, and "
                       "nobody has granted it a vote",
                       script_term(s));
        struct call *call = script_await_vote(
            s, 1, term + 1,
            "Rules for Servers, Candidates (Figure 2, §5.2): if the election "
            "timeout elapses, start a new election, in a new term");
        term = call->vote->term;
        script_answer_vote(s, call, term, false);
    }
    script_end(s);
}

// Gives the server this many votes in one term. Returns false if it starts
// another election first.
static bool give_votes(struct script *s, int n_votes, int *term)
{
    struct call *calls[8];
    for (int peer = 1; peer <= n_votes; peer++) {
        calls[peer] = script_await_vote(
            s, peer, *term + 1,
            "Rules for Servers, Candidates (Figure 2, §5.2): send RequestVote "
            "RPCs to all other servers");
        if (peer > 1 && calls[peer]->vote->term != calls[1]->vote->term)
            return false;
    }
    *term = calls[1]->vote->term;
    for (int peer = 1; peer <= n_votes; peer++)
        script_answer_vote(s, calls[peer], *term, true);
    return true;
}

static void check_no_majority(int n, const char *title)
{
    struct script *s = script_begin(n, title);
    int term = 0;
    int n_votes = n / 2 - 1;  // With its own vote: at most half of n.
    while (!give_votes(s, n_votes, &term))
        continue;
    script_sleep(s, QUIET_MS);
    test_check(!script_is_leader(s),
               "Rules for Servers, Candidates (Figure 2, §5.2): only with "
               "votes from a majority of servers become leader. Server 0 leads "
               "with %d votes of %d, its own included",
               n_votes + 1, n);
    script_elect(s);
    script_end(s);
}

// Two votes of five are no majority, and two of four are none. One more vote
// is.
LAB_TEST(raft_fig2, 2A_majority_of_five)
{
    check_no_majority(5, "Test (fig2 2A): a majority of five is three");
}

LAB_TEST(raft_fig2, 2A_majority_of_four)
{
    check_no_majority(4, "Test (fig2 2A): a majority of four is three");
}

// A refusal is not counted as a vote.
LAB_TEST(raft_fig2, 2A_refusals_do_not_count)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): refusals are not counted");

    for (int peer = 1; peer < 3; peer++) {
        struct call *call = script_await_vote(s, peer, 1, STARTS_ELECTION);
        script_answer_vote(s, call, call->vote->term, false);
    }
    script_sleep(s, QUIET_MS);
    test_check(!script_is_leader(s),
               "RequestVote (Figure 2): vote_granted true means that the "
               "candidate received the vote. Both peers refused server 0, and "
               "it leads");
    script_end(s);
}

// A candidate that repeats its request before the reply may get two replies.
// They count as one vote.
LAB_TEST(raft_fig2, 2A_votes_count_once)
{
    enum { AGAIN_MS = 200 };
    struct script *s =
        script_begin(5, "Test (fig2 2A): a server's vote counts once");

    struct call *first = script_await_vote(s, 1, 1, STARTS_ELECTION);
    int term = first->vote->term;
    struct call *again = script_find(s, AGAIN_MS, script_is_vote, 1, term);
    bool asks_again = again != NULL && again->vote->term == term;
    script_answer_vote(s, first, term, true);
    if (asks_again)
        script_answer_vote(s, again, term, true);
    script_sleep(s, QUIET_MS);
    test_check(!script_is_leader(s),
               "Rules for Servers, Candidates (Figure 2, §5.2): votes from a "
               "majority of servers make a leader. Server 0 asked server 1 "
               "twice for its vote in term %d, got it twice, and leads: with "
               "the votes of two servers of five, its own included",
               term);
    script_end(s);
}

// A vote counts only in the term in which the candidate asked for it.
LAB_TEST(raft_fig2, 2A_votes_of_an_old_election)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): votes of an old election are not counted");

    struct call *old = script_await_vote(s, 1, 1, STARTS_ELECTION);
    int old_term = old->vote->term;
    struct call *newer = script_await_vote(s, 2, old_term + 1, STARTS_ELECTION);
    int term = newer->vote->term;
    script_answer_vote(s, old, old_term, true);
    script_sleep(s, QUIET_MS);

    test_check(!script_is_leader(s),
               "Rules for Servers, Candidates (Figure 2, §5.2): a majority of "
               "votes of the same term elects. Server 0 stood in term %d and "
               "again in term %d, then a vote of term %d came late: now it "
               "leads, in term %d",
               old_term, term, old_term, script_term(s));
    script_end(s);
}
