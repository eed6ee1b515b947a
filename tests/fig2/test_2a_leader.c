// Figure 2, line by line: what a leader does without any command, and that it
// stops when it no longer leads (§5.2).
#include "tests/fig2/internal.h"
#include "tests/fig2/steps.h"

#include "rt/clock.h"

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
        script_answer_as_follower(s, call);
    }
    return first_ns;
}

// A leader sends its first heartbeats upon election: sooner than half of the
// heartbeat period, or within 50 ms.
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
        script_heartbeat(s, term + 1);
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

// A leader repeats its heartbeats, answered or not.
LAB_TEST(raft_fig2, 2A_heartbeats_are_repeated)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): heartbeats are repeated");

    int term = script_elect(s);
    for (int round = 0; round < 5; round++) {
        for (int peer = 1; peer < 3; peer++) {
            struct call *call = script_await_append(s, peer, term, HEARTBEATS);
            if (peer == 1)
                script_answer_as_follower(s, call);
        }
    }
    script_end(s);
}

// A leader votes for no other server in its term, and an older term does not
// depose it.
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

// Only a leader sends heartbeats. A deposed leader sends none in the term that
// it has learned of.
LAB_TEST(raft_fig2, 2A_deposed_leader_sends_no_heartbeats)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a deposed leader sends no heartbeats");

    int term = script_elect(s);
    struct call *call = script_await_append(s, 1, term, HEARTBEATS);
    int newer = term + 100;
    script_answer_append(s, call, (AppendEntriesResponse){ .term = newer });
    script_check_deposed(s, newer, "a reply to an AppendEntries");
    // An election takes longer than a heartbeat period, so there is time for
    // another heartbeat.
    script_await_vote(s, 1, newer + 1, STARTS_ELECTION);
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

// ---- No call waits for an RPC ----

// A peer that does not answer blocks nothing. A Raft that holds its lock during
// an RPC hangs here.
LAB_TEST(raft_fig2, 2A_silent_peers_hold_nothing_up)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): silent peers hold nothing up");

    script_await_vote(s, 1, 1, STARTS_ELECTION);
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
        script_answer_waiting(s, 1);
        script_check_leads(s, term);
        script_request_vote(s, term, 2, 0, 0);
    }
    script_end(s);
}
