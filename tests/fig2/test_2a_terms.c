// Figure 2, line by line: votes, and the messages that make a server step down
// (§5.1, §5.2).
#include "tests/fig2/steps.h"

// ---- Votes ----

// A server refuses a second candidate of the term. It does not refuse the first
// one that asks again, because the first reply may be lost.
LAB_TEST(raft_fig2, 2A_one_vote_a_term)
{
    struct script *s = script_begin(3, "Test (fig2 2A): one vote a term");

    RequestVoteResponse first = script_request_vote(s, 1, 1, 0, 0);
    RequestVoteResponse other = script_request_vote(s, 1, 2, 0, 0);
    RequestVoteResponse again = script_request_vote(s, 1, 1, 0, 0);

    test_check(first.vote_granted,
               "RequestVote step 2 (Figure 2, §5.2): if voted_for is null, and "
               "the candidate's log is up-to-date, grant vote. Nobody had "
               "asked server 0 in term 1, and it refused server 1");
    test_check(!other.vote_granted,
               ONE_VOTE ". In term 1 server 0 voted for server 1 and then for "
                        "server 2");
    test_check(again.vote_granted,
               "RequestVote step 2 (Figure 2, §5.2): if voted_for is the "
               "candidate, grant vote. Server 0 voted for server 1 in term 1; "
               "asked again by server 1, it refused");
    script_end(s);
}

// A heartbeat of the vote's own term does not clear the vote.
LAB_TEST(raft_fig2, 2A_vote_outlasts_a_heartbeat)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a vote outlasts a heartbeat");

    script_request_vote(s, 1, 1, 0, 0);
    script_heartbeat(s, 1);
    RequestVoteResponse other = script_request_vote(s, 1, 2, 0, 0);
    test_check(!other.vote_granted,
               ONE_VOTE ". Server 0 voted for server 1 in term 1, heard its "
                        "heartbeat of term 1, and then voted for server 2 in "
                        "term 1: voted_for is cleared only when a newer term "
                        "begins");
    script_end(s);
}

// A vote belongs to its term: a new term begins without one.
LAB_TEST(raft_fig2, 2A_new_term_new_vote)
{
    struct script *s = script_begin(3, "Test (fig2 2A): new term, new vote");

    script_request_vote(s, 1, 1, 0, 0);
    RequestVoteResponse next = script_request_vote(s, 2, 2, 0, 0);
    script_heartbeat(s, 3);
    RequestVoteResponse after_heartbeat = script_request_vote(s, 3, 2, 0, 0);

    test_check(next.vote_granted,
               "State (Figure 2): voted_for is the candidate that received the "
               "vote in the current term. Server 0 voted for server 1 in term "
               "1, and refused server 2 in term 2");
    // By §6 it may refuse while it has just heard from a leader.
    bool disregards =
        script_ignores(script_request_vote_once(s, 4, 2, 0, 0), 4);
    test_check(after_heartbeat.vote_granted || disregards,
               "State (Figure 2): voted_for is the candidate that received the "
               "vote in the current term. Server 0 voted for server 2 in term "
               "2, heard of term 3 by a heartbeat, and refused its vote in "
               "term 3");
    script_end(s);
}

// A candidate has voted for itself.
LAB_TEST(raft_fig2, 2A_candidate_votes_for_itself)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a candidate votes for itself");

    struct call *call = script_await_vote(
        s, 1, 1,
        "Rules for Servers, Followers (Figure 2, §5.2): if the election "
        "timeout elapses, convert to candidate");
    int term = call->vote->term;
    RequestVoteResponse other = script_request_vote(s, term, 2, 0, 0);

    test_check(other.term > term || !other.vote_granted,
               "Rules for Servers, Candidates (Figure 2, §5.2): on conversion "
               "to candidate, vote for self. Server 0 stood in term %d, and "
               "voted for server 2 in that term",
               term);
    script_end(s);
}

// ---- Terms ----
#define OLD_TERM                                                               \
    "step 1 (Figure 2, §5.1): reply false if term < current_term, with "      \
    "current_term for the sender to update itself"

// A server refuses a request of an older term, and replies with its own term.
LAB_TEST(raft_fig2, 2A_old_terms_are_refused)
{
    struct script *s = script_begin(3, "Test (fig2 2A): old terms are refused");

    script_heartbeat(s, 5);
    RequestVoteResponse vote = script_request_vote(s, 4, 2, 0, 0);
    AppendEntriesResponse append = script_heartbeat(s, 4);

    test_check(!vote.vote_granted && vote.term >= 5,
               "RequestVote " OLD_TERM ". Server 0, in term 5, answered a "
               "request of term 4 with term %d and %s",
               vote.term, vote.vote_granted ? "its vote" : "no vote");
    test_check(!append.success && append.term >= 5,
               "AppendEntries " OLD_TERM ". Server 0, in term 5, answered a "
               "heartbeat of term 4 with term %d and success %s",
               append.term, append.success ? "true" : "false");
    test_check(script_term(s) >= 5,
               "State (Figure 2): current_term increases monotonically. Server "
               "0 was in term 5, and went back to term %d",
               script_term(s));
    script_end(s);
}

// A follower adopts the newer term of any request, and replies with it.
LAB_TEST(raft_fig2, 2A_follower_adopts_newer_terms)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a follower adopts newer terms");

    RequestVoteResponse vote = script_request_vote(s, 7, 1, 0, 0);
    int after_vote = script_term(s);
    AppendEntriesResponse append = script_heartbeat(s, 9);
    int after_append = script_term(s);

    test_check(vote.term == 7 && after_vote >= 7,
               ADOPT ". Server 0 answered a RequestVote of term 7 with term "
                     "%d, and is in term %d",
               vote.term, after_vote);
    test_check(append.term == 9 && after_append >= 9,
               ADOPT ". Server 0 answered an AppendEntries of term 9 with term "
                     "%d, and is in term %d",
               append.term, after_append);
    script_end(s);
}

// A leader steps down when a request has a newer term.
LAB_TEST(raft_fig2, 2A_leader_gives_way_to_requests)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a leader gives way to newer requests");

    int term = script_elect(s);
    RequestVoteResponse vote = script_request_vote(s, term + 1, 2, 0, 0);
    if (!script_ignores(vote, term + 1))
        script_check_deposed(s, term + 1, "a RequestVote");

    term = script_elect(s);
    script_heartbeat(s, term + 1);
    script_check_deposed(s, term + 1, "an AppendEntries");
    script_end(s);
}

// A leader steps down when a reply has a newer term.
LAB_TEST(raft_fig2, 2A_leader_gives_way_to_replies)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a leader gives way to newer replies");

    int term = script_elect(s);
    struct call *call = script_await_append(
        s, 2, term,
        "Rules for Servers, Leaders (Figure 2, §5.2): upon election, send "
        "heartbeats to each server");
    script_answer_append(s, call,
                         (AppendEntriesResponse){ .term = term + 100 });
    script_check_deposed(s, term + 100, "a reply to an AppendEntries");
    script_end(s);
}

// A newer term in the reply to a RequestVote ends the candidacy. Votes that
// come later do not count in the new term.
LAB_TEST(raft_fig2, 2A_candidate_gives_way_to_replies)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): a candidate gives way to newer replies");

    struct call *newer = script_await_vote(s, 1, 1, STARTS_ELECTION);
    int term = newer->vote->term;
    struct call *granted = script_await_vote(s, 2, term, STARTS_ELECTION);
    script_answer_vote(s, newer, term + 100, false);
    test_check(script_reaches_term(s, term + 100),
               ADOPT ". Server 0 stood in term %d; a reply to its RequestVote "
                     "was of term %d, and it is in term %d",
               term, term + 100, script_term(s));

    script_answer_vote(s, granted, granted->vote->term, true);
    script_sleep(s, QUIET_MS);
    test_check(!script_is_leader(s),
               ADOPT ". Server 0 stood in term %d, learned of term %d, then "
                     "got a vote of the older term: it leads, in term %d",
               term, term + 100, script_term(s));
    script_end(s);
}

#define GIVES_WAY                                                              \
    "Rules for Servers, Candidates (Figure 2, §5.2): if AppendEntries is "    \
    "received from a new leader, convert to follower"

// Sends a heartbeat as the leader of the candidate's term.
static int hear_heartbeat(struct script *s, int term)
{
    AppendEntriesResponse response = script_heartbeat(s, term);
    test_check(response.success || response.term > term,
               GIVES_WAY ". Server 0, candidate in term %d, refused the "
                         "heartbeat of that term's leader",
               term);
    return response.term;
}

// A candidate that hears from the leader of its own term has lost.
LAB_TEST(raft_fig2, 2A_candidate_follows_the_leader_of_its_term)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): a candidate follows the leader of its term");

    struct call *call = script_lose_election(s, 2, hear_heartbeat);
    int term = call->vote->term;
    script_answer_vote(s, call, term, true);
    script_sleep(s, QUIET_MS);
    test_check(!script_is_leader(s),
               GIVES_WAY ". Server 0 stood in term %d; the heartbeat of that "
                         "term's leader came, then a last vote: now it leads, "
                         "too",
               term);
    script_end(s);
}

// A heartbeat does not clear the vote that a candidate gave itself.
LAB_TEST(raft_fig2, 2A_own_vote_outlasts_a_heartbeat)
{
    struct script *s =
        script_begin(5, "Test (fig2 2A): a candidate's vote outlasts a leader");

    int term = script_lose_election(s, 2, hear_heartbeat)->vote->term;
    RequestVoteResponse other = script_request_vote(s, term, 4, 0, 0);
    test_check(!other.vote_granted,
               ONE_VOTE ". Server 0 stood in term %d and voted for itself, "
                        "gave way to that term's leader, and then voted for "
                        "server 4 in term %d: voted_for is cleared only when a "
                        "newer term begins",
               term, term);
    script_end(s);
}
