// Figure 2, line by line: the election timer. Which events restart it, which do
// not, and how long it runs (§5.2).
#include "tests/fig2/steps.h"

#include "rt/clock.h"

static void append_heartbeat(struct script *s, int term)
{
    script_heartbeat(s, term);
}

static void ask_for_vote(struct script *s, int term)
{
    script_request_vote(s, term, 1, 0, 0);
}

LAB_TEST(raft_fig2, 2A_heartbeats_put_off_elections)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): heartbeats put elections off");
    script_check_no_election(s, append_heartbeat, 0,
                             "Rules for Servers, Followers (Figure 2, §5.2): "
                             "receiving AppendEntries from the current leader "
                             "restarts the election timer");
    script_end(s);
}

LAB_TEST(raft_fig2, 2A_votes_put_off_elections)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): granting votes puts elections off");
    script_check_no_election(
        s, ask_for_vote, 1,
        "Rules for Servers, Followers (Figure 2, §5.2): "
        "granting a vote to a candidate restarts the election "
        "timer");
    script_end(s);
}

// Sends entries after an entry that the server, whose log is empty, does not
// have.
static void append_unmatched(struct script *s, int term)
{
    script_append(
        s, (struct append){
               .term = term, .leader = 1, .prev_index = 9, .prev_term = 1 });
}

// The logs do not match yet, but the message comes from the current leader.
LAB_TEST(raft_fig2, 2A_refused_heartbeats_put_off_elections)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): heartbeats that do not match put elections off");
    script_check_no_election(
        s, append_unmatched, 0,
        "Rules for Servers, Followers (Figure 2, §5.2): "
        "receiving AppendEntries from the current leader "
        "restarts the election timer, whether the log matches "
        "or not. Server 0 has no entry at prev_log_index 9, "
        "and replied false");
    script_end(s);
}

static void ask_for_refused_vote(struct script *s, int k)
{
    (void)k;
    script_request_vote(s, 5, 2, 0, 0);
}

LAB_TEST(raft_fig2, 2A_refused_votes_do_not_put_off_elections)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): refusing votes does not put elections off");
    script_request_vote(s, 5, 1, 0, 0);
    script_check_starts_election(
        s, 6, ask_for_refused_vote,
        "Rules for Servers, Followers (Figure 2, §5.2): only granting "
        "a vote restarts the election timer, being asked does not. "
        "Server 2 asked in term 5, in which server 0 had voted for "
        "server 1");
    script_end(s);
}

static void append_of_old_term(struct script *s, int k)
{
    (void)k;
    script_heartbeat(s, 4);
}

LAB_TEST(raft_fig2, 2A_old_leaders_do_not_put_off_elections)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): old leaders do not put elections off");
    script_heartbeat(s, 5);
    script_check_starts_election(
        s, 6, append_of_old_term,
        "Rules for Servers, Followers (Figure 2, §5.2): only the "
        "current leader's AppendEntries restart the election timer. "
        "Server 0 is in term 5; a heartbeat of term 4 was refused");
    script_end(s);
}

// A leader has no election timer. When it is deposed, it starts one again.
LAB_TEST(raft_fig2, 2A_deposed_leader_stands_again)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): a deposed leader stands again");

    int term = script_elect(s);
    struct call *call = script_await_append(s, 1, term, HEARTBEATS);
    int newer = term + 100;
    script_answer_append(s, call, (AppendEntriesResponse){ .term = newer });
    script_check_deposed(s, newer, "a reply to an AppendEntries");
    script_await_vote(s, 1, newer + 1,
                      STARTS_ELECTION
                      ". It led, was deposed by a reply, and has heard "
                      "of nobody since");
    script_end(s);
}

// Measures the times between the arrivals of n + 1 elections, the shortest
// first.
static void time_elections(struct script *s, int n, int64_t *gaps_ns)
{
    int64_t last_ns = 0;
    int term = 0;
    for (int k = -1; k < n; k++) {
        struct call *call = script_await_vote(s, 1, term + 1, STARTS_ELECTION);
        int64_t gap_ns = call->arrived_ns - last_ns;
        last_ns = call->arrived_ns;
        term = call->vote->term;
        int at = k;
        for (; at > 0 && gaps_ns[at - 1] > gap_ns; at--)
            gaps_ns[at] = gaps_ns[at - 1];
        if (k >= 0)
            gaps_ns[at] = gap_ns;
    }
}

// Each election draws a new timeout. A request that arrives late shortens one
// gap, but not two.
LAB_TEST(raft_fig2, 2A_timeouts_vary)
{
    struct script *s = script_begin(3, "Test (fig2 2A): time-outs vary");
    enum { N = 8, LEAST_MS = 100, SPREAD_MS = 5 };

    int64_t gaps_ns[N];
    time_elections(s, N, gaps_ns);
    test_check(gaps_ns[1] >= LEAST_MS * NS_PER_MS,
               "Rules for Servers, Candidates (Figure 2, §5.2): on conversion "
               "to candidate, reset the election timer. Server 0 twice started "
               "an election less than %lld ms after the one before",
               (long long)(gaps_ns[1] / NS_PER_MS) + 1);
    test_check(gaps_ns[N - 1] - gaps_ns[0] >= SPREAD_MS * NS_PER_MS,
               "Leader election (§5.2): election timeouts are chosen randomly "
               "from a fixed interval, again for each election. Server 0's "
               "%d elections came all %lld to %lld ms after the one before",
               N, (long long)(gaps_ns[0] / NS_PER_MS),
               (long long)(gaps_ns[N - 1] / NS_PER_MS));
    script_end(s);
}
