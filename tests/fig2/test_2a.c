// Figure 2, line by line: what part 2A builds. Terms, votes, elections and
// heartbeats (§5.1, §5.2).
#include "tests/fig2/internal.h"
#include "tests/fig2/steps.h"

#include "rt/clock.h"

// ---- Votes ----

// A second candidate of the term is refused; the first, asking again because
// the reply was lost, is not.
LAB_TEST(raft_fig2, 2A_one_vote_a_term)
{
    struct script *s = script_begin(3, "Test (fig2 2A): one vote a term");

    RequestVoteResponse first = script_request_vote(s, 1, 1, 0, 0);
    RequestVoteResponse other = script_request_vote(s, 1, 2, 0, 0);
    RequestVoteResponse again = script_request_vote(s, 1, 1, 0, 0);

    test_check(first.vote_granted,
               "RequestVote step 2 (Figure 2, §5.2): if voted_for is null, and "
               "the candidate's log is up-to-date, grant vote. Server 0 had "
               "not voted in term 1, and refused server 1");
    test_check(!other.vote_granted,
               ONE_VOTE ". In term 1 server 0 voted for server 1 and then for "
                        "server 2");
    test_check(again.vote_granted,
               "RequestVote step 2 (Figure 2, §5.2): if voted_for is the "
               "candidate, grant vote. Server 0 voted for server 1 in term 1; "
               "asked again by server 1, it refused");
    script_end(s);
}

// A heartbeat of the vote's own term takes nothing back.
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

// The vote belongs to its term: a new term begins without one.
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
    test_check(after_heartbeat.vote_granted,
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

// A request of an older term is refused, and told the newer one.
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

// A follower takes over a newer term of any request, and says so in the reply.
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

// A leader gives way to a newer term in a request.
LAB_TEST(raft_fig2, 2A_leader_gives_way_to_requests)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a leader gives way to newer requests");

    int term = script_elect(s);
    script_request_vote(s, term + 1, 2, 0, 0);
    script_check_deposed(s, term + 1, "a RequestVote");

    term = script_elect(s);
    script_heartbeat(s, term + 1);
    script_check_deposed(s, term + 1, "an AppendEntries");
    script_end(s);
}

// A leader gives way to a newer term in a reply.
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

// A newer term in the reply to a RequestVote ends the candidacy: votes that
// come later are not for this term.
LAB_TEST(raft_fig2, 2A_candidate_gives_way_to_replies)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): a candidate gives way to newer replies");

    struct call *newer = script_await_vote(s, 1, 1, STANDS);
    int term = newer->vote->term;
    struct call *granted = script_await_vote(s, 2, term, STANDS);
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

// A newer term may also come when the election is won.
LAB_TEST(raft_fig2, 2A_leader_gives_way_to_late_refusals)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): a leader gives way to a late, newer refusal");

    struct call *late = script_await_vote(s, 2, 1, STANDS);
    int term = script_elect(s);
    script_answer_vote(s, late, term + 100, false);
    script_check_deposed(s, term + 100,
                         "the reply to a RequestVote of its election");
    script_end(s);
}

#define GIVES_WAY                                                              \
    "Rules for Servers, Candidates (Figure 2, §5.2): if AppendEntries is "    \
    "received from a new leader, convert to follower"

// A heartbeat of the leader of the candidate's term.
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

    struct call *call = script_stand_in_vain(s, 2, hear_heartbeat);
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

// Nor does it take back the vote that a candidate gave itself.
LAB_TEST(raft_fig2, 2A_own_vote_outlasts_a_heartbeat)
{
    struct script *s =
        script_begin(5, "Test (fig2 2A): a candidate's vote outlasts a leader");

    int term = script_stand_in_vain(s, 2, hear_heartbeat)->vote->term;
    RequestVoteResponse other = script_request_vote(s, term, 4, 0, 0);
    test_check(!other.vote_granted,
               ONE_VOTE ". Server 0 stood in term %d and voted for itself, "
                        "gave way to that term's leader, and then voted for "
                        "server 4 in term %d: voted_for is cleared only when a "
                        "newer term begins",
               term, term);
    script_end(s);
}

// ---- Elections ----

// A candidate asks everybody, once the time-out has passed, and again in a
// newer term if nobody answers.
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
        struct call *call = script_await_vote(
            s, 1, term + 1,
            "Rules for Servers, Candidates (Figure 2, §5.2): if the election "
            "timeout elapses, start a new election, in a new term");
        term = call->vote->term;
        script_answer_vote(s, call, term, false);
    }
    script_end(s);
}

// Gives the server so many votes in one term. False if it was not in time.
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
    int n_votes = n / 2 - 1;  // With its own: half of n, at most.
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

// Two votes of five are no majority, two of four are none; one more is.
LAB_TEST(raft_fig2, 2A_majority_of_five)
{
    check_no_majority(5, "Test (fig2 2A): a majority of five is three");
}

LAB_TEST(raft_fig2, 2A_majority_of_four)
{
    check_no_majority(4, "Test (fig2 2A): a majority of four is three");
}

// A reply without a vote is no vote.
LAB_TEST(raft_fig2, 2A_refusals_do_not_count)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): refusals are not counted");

    for (int peer = 1; peer < 3; peer++) {
        struct call *call = script_await_vote(s, peer, 1, STANDS);
        script_answer_vote(s, call, call->vote->term, false);
    }
    script_sleep(s, QUIET_MS);
    test_check(!script_is_leader(s),
               "RequestVote (Figure 2): vote_granted true means that the "
               "candidate received the vote. Both peers refused server 0, and "
               "it leads");
    script_end(s);
}

// One that asks again before it has an answer may get two; they are one vote.
LAB_TEST(raft_fig2, 2A_votes_count_once)
{
    enum { AGAIN_MS = 200 };
    struct script *s =
        script_begin(5, "Test (fig2 2A): a server's vote counts once");

    struct call *first = script_await_vote(s, 1, 1, STANDS);
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

// A vote counts only in the term that it was asked for.
LAB_TEST(raft_fig2, 2A_votes_of_an_old_election)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): votes of an old election are not counted");

    struct call *old = script_await_vote(s, 1, 1, STANDS);
    int old_term = old->vote->term;
    struct call *newer = script_await_vote(s, 2, old_term + 1, STANDS);
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

// ---- The leader's heartbeats ----

static int64_t first_append_ns(struct script *s, int term)
{
    int64_t first_ns = INT64_MAX;
    for (int peer = 1; peer < 3; peer++) {
        struct call *call = script_await_append(
            s, peer, term,
            "Rules for Servers, Leaders (Figure 2, §5.2): upon election, send "
            "initial empty AppendEntries RPCs to each server");
        if (call->arrived_ns < first_ns)
            first_ns = call->arrived_ns;
        script_follow_one(s, call);
    }
    return first_ns;
}

// A leader sends its first heartbeats upon election: sooner than half of the
// time between later ones, or as good as at once.
LAB_TEST(raft_fig2, 2A_first_heartbeat_at_once)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): the first heartbeat comes at once");

    enum { AT_ONCE_MS = 50 };
    int64_t delay_ns = INT64_MAX, period_ns = 0;
    for (int round = 0; round < 3; round++) {
        int term = script_elect(s);
        int64_t elected_ns = clock_now_ns();
        int64_t first_ns = first_append_ns(s, term);
        int64_t second_ns = first_append_ns(s, term);
        int64_t third_ns = first_append_ns(s, term);
        if (first_ns - elected_ns < delay_ns)
            delay_ns = first_ns - elected_ns;
        if (third_ns - second_ns > period_ns)
            period_ns = third_ns - second_ns;
        script_request_vote(s, term + 1, 1, 0, 0);
    }
    test_check(delay_ns <= period_ns / 2 || delay_ns <= AT_ONCE_MS * NS_PER_MS,
               "Rules for Servers, Leaders (Figure 2, §5.2): upon election, "
               "send initial empty AppendEntries RPCs to each server. Server "
               "0 led for %lld ms before it sent any; later it sends some "
               "every %lld ms",
               (long long)(delay_ns / NS_PER_MS),
               (long long)(period_ns / NS_PER_MS));
    script_end(s);
}

// A leader repeats its heartbeats, whether they are answered or not.
LAB_TEST(raft_fig2, 2A_heartbeats_are_repeated)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): heartbeats are repeated");

    int term = script_elect(s);
    for (int round = 0; round < 5; round++) {
        for (int peer = 1; peer < 3; peer++) {
            struct call *call = script_await_append(s, peer, term, HEARTBEATS);
            if (peer == 1)
                script_follow_one(s, call);
        }
    }
    script_end(s);
}

// A leader gives no other server of its term a vote, and is not deposed by an
// old one.
LAB_TEST(raft_fig2, 2A_leader_stays)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a leader stays in its own term");

    int term = script_elect(s);
    RequestVoteResponse same = script_request_vote(s, term, 2, 0, 0);
    RequestVoteResponse old = script_request_vote(s, term - 1, 2, 0, 0);
    test_check(!same.vote_granted && !old.vote_granted,
               ONE_VOTE ". Server 0, leader of term %d, voted for server 2 in "
                        "term %d",
               term, same.vote_granted ? term : term - 1);
    test_check(script_is_leader(s) && script_term(s) == term,
               "Rules for Servers, All Servers (Figure 2, §5.1): only a newer "
               "term makes a leader a follower. Server 0 led in term %d, and "
               "gave way to requests of terms %d and %d",
               term, term, term - 1);
    script_end(s);
}

// Heartbeats are the leader's: one that leads no more sends none in the term
// that it has learned of.
LAB_TEST(raft_fig2, 2A_deposed_leader_sends_no_heartbeats)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a deposed leader sends no heartbeats");

    int term = script_elect(s);
    struct call *call = script_await_append(s, 1, term, HEARTBEATS);
    int newer = term + 100;
    script_answer_append(s, call, (AppendEntriesResponse){ .term = newer });
    script_check_deposed(s, newer, "a reply to an AppendEntries");
    // Time enough for another one: elections take longer than heartbeats.
    script_await_vote(s, 1, newer + 1, STANDS);
    for (int peer = 1; peer < 3; peer++)
        test_check(script_find(s, 0, script_is_to_follower, peer, newer) ==
                       NULL,
                   "Rules for Servers, Leaders (Figure 2, §5.2): heartbeats "
                   "are sent by leaders only. Server 0 led in term %d, learned "
                   "of term %d, and sent server %d an AppendEntries in that "
                   "term, in which nobody has elected it",
                   term, newer, peer);
    script_end(s);
}

// ---- Nobody waits for an RPC ----

// A peer that does not answer holds nothing up: what would hang here is a lock
// held across an RPC.
LAB_TEST(raft_fig2, 2A_silent_peers_hold_nothing_up)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): silent peers hold nothing up");

    script_await_vote(s, 1, 1, STANDS);
    script_await_vote(s, 2, 1,
                      "Leader election (§5.2): a candidate issues RequestVote "
                      "RPCs in parallel to each of the other servers. Server 1 "
                      "has not answered its own yet");
    script_term(s);
    script_request_vote(s, 1, 2, 0, 0);
    int term = script_elect(s);
    for (int round = 0; round < 3; round++) {
        script_await_append(
            s, 2, term, HEARTBEATS ". Server 2 has not answered any of them");
        script_keep_up(s, 1);
        script_check_leads(s, term);
        script_request_vote(s, term, 2, 0, 0);
    }
    script_end(s);
}
