// Figure 2, line by line: replies that come late, or several at once. Each
// says what its own request carried, wherever the leader is by then (§5.3).
#include "tests/fig2/internal.h"
#include "tests/fig2/steps.h"

#include "rt/clock.h"

// Two requests that carry the same entry are both answered: it counts once.
LAB_TEST(raft_fig2, 2B_success_counts_once)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): the same success twice");

    int term = script_elect(s);
    script_propose(s, 71);
    struct call *first = script_follow_and_hold(s, 1, 1, SENDS);
    struct call *second = script_await_append(
        s, 1, term,
        "Rules for Servers, Leaders (Figure 2, §5.2): repeat heartbeats");
    script_propose(s, 72);
    script_follow_one(s, first);
    script_follow_one(s, second);

    script_await_applied(s, 1, "Servers 0 and 1 of three hold entry 1");
    script_check_not_applied(
        s, 1,
        "Rules for Servers, Leaders (Figure 2, §5.3): if successful, update "
        "match_index for the follower, which is the highest entry known to be "
        "replicated on it. Two requests up to entry 1 were answered by server "
        "1; nobody but server 0 holds entry 2");
    script_end(s);
}

// More rejections at once than there are entries: the first answers them all.
LAB_TEST(raft_fig2, 2B_rejections_at_once)
{
    enum { N = 6 };
    struct script *s = script_begin(3, "Test (fig2 2B): rejections at once");

    script_give_log(s, TERM, TERMS(2, 2, 4), 0);
    int term = script_elect(s);
    struct call *calls[N];
    for (int k = 0; k < N; k++) {
        calls[k] = script_await_append(s, 1, term, HEARTBEATS);
        script_keep_up(s, 2);
    }
    for (int k = 0; k < N; k++)
        script_follow_one(s, calls[k]);

    script_follow(s, 1, 3,
                  "Rules for Servers, Leaders (Figure 2, §5.3): if "
                  "AppendEntries fails because of log inconsistency, decrement "
                  "next_index and retry. Server 1 has an empty log, and "
                  "rejected the first heartbeats all at once");
    script_end(s);
}

// For how long after its election does the server go on to send a silent peer
// what follows index 2? 0 if it gives the peer up soon, and begins again where
// it knows that the logs agree, as it may.
static int64_t keeps_on_ns(struct script *s, int term)
{
    int64_t elected_ns = clock_now_ns();
    struct call *call = NULL;
    for (int k = 0; k < 3; k++) {
        call = script_await_append(s, 1, term, HEARTBEATS);
        script_keep_up(s, 2);
        if (call->append->prev_log_index < 2)
            return 0;
    }
    return call->arrived_ns - elected_ns;
}

// What an old term's request is refused for is its term, not the log.
LAB_TEST(raft_fig2, 2B_refusal_of_an_old_term)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): refusal of an old term");

    int old_term = script_elect(s);
    script_propose(s, 71);
    script_propose(s, 72);
    script_follow(s, 1, 2, SENDS);
    struct call *old = script_await_append(s, 1, old_term, SENDS);
    script_heartbeat(s, old_term + 1);
    int term = script_elect(s);
    int64_t patience_ns = keeps_on_ns(s, term);
    script_heartbeat(s, term + 1);
    term = script_elect(s);
    int64_t elected_ns = clock_now_ns();  // It has led for a moment by now.
    script_answer_append(s, old, (AppendEntriesResponse){ .term = term });
    script_sleep(s, QUIET_MS);

    script_propose(s, 73);
    int64_t started_ns = clock_now_ns();
    struct call *call = script_await_append(s, 1, term, SENDS);
    while (call->arrived_ns <= started_ns)
        call = script_await_append(s, 1, term, SENDS);
    bool is_prompt = call->arrived_ns - elected_ns < patience_ns / 2;
    int prev = call->append->prev_log_index;
    test_check(!is_prompt || prev >= 2,
               "Rules for Servers, Leaders (Figure 2, §5.1, §5.3): if "
               "AppendEntries fails because of log inconsistency, decrement "
               "next_index. Server 1 refused a request of term %d for its "
               "term; in term %d server 0, whose log had ended at 2 when it "
               "was elected, sent it prev_log_index %d",
               old_term, term, prev);
    script_end(s);
}

// Answers for the peer until it takes something. Returns how many questions it
// has refused: the same one sent twice is one.
static int count_refusals(struct script *s, int peer, int term)
{
    bool is_refused[MAX_INDEX + 1] = { false };
    int n = 0;
    for (;;) {
        struct call *call = script_await_append(s, peer, term, SENDS);
        int prev = call->append->prev_log_index;
        if (script_follow_one(s, call))
            return n;
        if (prev <= MAX_INDEX && !is_refused[prev]) {
            is_refused[prev] = true;
            n++;
        }
    }
}

// A follower with one term's worth of conflicts costs one rejection, not one
// an entry.
LAB_TEST(raft_fig2, 2C_backs_up_by_terms)
{
    enum { LAST = 30, ENOUGH = 10 };
    struct script *s = script_begin(3, "Test (fig2 2C): backs up by terms");

    struct terms leaders = { .count = LAST }, followers = { .count = LAST };
    for (int k = 0; k < LAST; k++) {
        leaders.term[k] = 2;
        followers.term[k] = 1;
    }
    script_give_log(s, TERM, leaders, 0);
    script_set_log(s, 1, followers);
    int term = script_elect(s);
    int refusals = count_refusals(s, 1, term);
    test_check(refusals <= ENOUGH,
               "The end of §5.3: one rejected AppendEntries for each "
               "conflicting term, rather than one for each entry. Server 1 "
               "has %d entries of term 1 where server 0 has entries of term 2; "
               "it refused %d different requests, with conflict_term and "
               "conflict_index, before server 0 asked where the logs part",
               LAST, refusals);
    script_end(s);
}

// While a peer is silent, it is not flooded with what it has not answered yet.
// Heartbeats, and a second try after a while, are no flood.
LAB_TEST(raft_fig2, 2B_silent_peers_are_not_flooded)
{
    enum { ENOUGH = 10 };
    struct script *s =
        script_begin(3, "Test (fig2 2B): silent peers are not flooded");

    script_elect(s);
    script_propose(s, 71);
    int slept_ms = script_sleep(s, QUIET_MS);
    int n = 0;
    while (script_find(s, 0, script_is_to_follower, 1, 0) != NULL)
        n++;
    test_check(
        n <= ENOUGH + slept_ms / 20,
        "Rules for Servers, Leaders (Figure 2, §5.3): send "
        "AppendEntries; if followers are slow, retry. Within %d ms "
        "server 0 sent server 1, which had not answered yet, %d requests "
        "for one entry",
        slept_ms, n);
    script_end(s);
}
