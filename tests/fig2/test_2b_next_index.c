// Figure 2, line by line: next_index, when a follower has acknowledged an entry
// and then refuses (§5.3).
#include "tests/fig2/internal.h"
#include "tests/fig2/steps.h"

#include "rt/clock.h"

// Answers for peer 1 for a while. The server may send `enough` requests, and
// some more as time passes.
static void check_no_flood(struct script *s, int enough)
{
    int64_t from_ns = clock_now_ns();
    int64_t passed_ms = 0;
    for (int n = 1; passed_ms < 300; n++) {
        struct call *call =
            script_find(s, QUIET_MS, script_is_to_follower, 1, 0);
        if (call != NULL)
            script_answer_as_follower(s, call);
        passed_ms = (clock_now_ns() - from_ns) / NS_PER_MS;
        test_check(n <= enough + passed_ms / 20,
                   BACKS_UP ", but what a follower has acknowledged is not "
                            "sent for ever. Server 1 holds all of server 0's "
                            "log, and said so; then late rejections of the "
                            "first heartbeats came, and within %d ms server 0 "
                            "sent it %d requests, though it answered them all",
                   (int)passed_ms, n);
    }
}

// Rejections that arrive long after the follower has caught up cost at most one
// request each.
LAB_TEST(raft_fig2, 2B_late_rejections_cause_no_flood)
{
    enum { N = 5 };
    struct script *s =
        script_begin(3, "Test (fig2 2B): late rejections cause no flood");

    script_give_log(s, TERM, TERMS(2, 4), 0);
    int term = script_elect(s);
    struct call *late[N];
    for (int k = 0; k < N; k++) {
        late[k] = script_await_append(s, 1, term, HEARTBEATS);
        script_answer_waiting(s, 2);
    }
    script_refuse_as_empty(s, late[0]);
    script_acknowledge(s, 1, 2, BACKS_UP);
    script_sleep(s, QUIET_MS);
    for (int k = 1; k < N; k++)
        script_refuse_as_empty(s, late[k]);
    check_no_flood(s, 10 * N);
    script_check_leads(s, term);
    script_end(s);
}

// A leader that sends ahead of what it knows backs up when a request is
// refused, whatever has matched before.
LAB_TEST(raft_fig2, 2B_backs_up_after_a_match)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): backs up after something matched");

    script_give_log(s, TERM, TERMS(2, 4), 0);
    script_elect(s);
    const char *rule = BACKS_UP ", also when entries have matched before. "
                                "Server 1 had acknowledged all of server 0's "
                                "log; then a request with a new entry got lost";
    script_acknowledge(s, 1, script_propose(s, 71), BACKS_UP);
    for (int round = 0; round < 3; round++) {
        int lost = script_propose(s, 72);
        script_lose_request(s, script_acknowledge_before(s, 1, lost, rule));
        script_answer_waiting(s, 2);
        int index = script_propose(s, 73);
        script_acknowledge(s, 1, index, rule);
        test_check(script_peer_number(s, 1, lost) == 72 &&
                       script_peer_number(s, 1, index) == 73,
                   SENDS ". Server 0 started the commands 72 and 73 at the "
                         "indices %d and %d; server 1 was sent %d and %d",
                   lost, index, script_peer_number(s, 1, lost),
                   script_peer_number(s, 1, index));
    }
    script_end(s);
}
