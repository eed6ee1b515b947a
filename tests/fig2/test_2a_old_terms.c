// Figure 2, line by line: messages of an older term that come late change
// nothing (§5.1).
#include "tests/fig2/steps.h"

#define GROWS                                                                  \
    "State (Figure 2, §5.1): current_term is the latest term the server has " \
    "seen, and increases monotonically"

// Before a late reply of an older term came, the server was in this term, and
// had voted for server 1 in it.
static void check_late_reply(struct script *s, int term, int old_term,
                             const char *what)
{
    script_sleep(s, QUIET_MS);
    int now = script_term(s);
    test_check(now >= term,
               GROWS ". Server 0 was in term %d; then %s of term %d came late, "
                     "and now it is in term %d",
               term, what, old_term, now);
    RequestVoteResponse other = script_request_vote(s, term, 2, 0, 0);
    test_check(!other.vote_granted,
               ONE_VOTE ". Server 0 voted for server 1 in term %d; then %s of "
                        "term %d came late, and it voted for server 2",
               term, what, old_term);
}

LAB_TEST(raft_fig2, 2A_late_replies_of_old_terms)
{
    struct script *s =
        script_begin(3, "Test (fig2 2A): late replies of old terms");

    struct call *vote = script_await_vote(s, 2, 1, STARTS_ELECTION);
    int old_term = vote->vote->term, term = old_term + 5;
    script_request_vote(s, term, 1, 0, 0);
    script_answer_vote(s, vote, old_term, false);
    check_late_reply(s, term, old_term, "the refusal of a vote");

    old_term = script_elect(s);
    struct call *heartbeat = script_await_append(s, 2, old_term, HEARTBEATS);
    term = old_term + 5;
    RequestVoteResponse newer = script_request_vote(s, term, 1, 0, 0);
    script_answer_append(
        s, heartbeat,
        (AppendEntriesResponse){ .term = old_term, .success = true });
    if (!script_ignores(newer, term))
        check_late_reply(s, term, old_term, "the answer to a heartbeat");
    script_end(s);
}

// Only a newer term deposes a leader.
LAB_TEST(raft_fig2, 2A_leader_stays_when_an_old_one_speaks)
{
    struct script *s = script_begin(
        3, "Test (fig2 2A): a leader stays when an old one speaks");

    script_heartbeat(s, 5);
    int term = script_elect(s);
    AppendEntriesResponse response = script_append(
        s, (struct append){ .term = 5, .leader = 2, .entries = TERMS(5) });
    test_check(!response.success && response.term == term,
               "AppendEntries step 1 (Figure 2, §5.1): reply false if term < "
               "current_term. Server 0, leader of term %d, answered the leader "
               "of term 5 by success %s, term %d",
               term, response.success ? "true" : "false", response.term);
    script_check_leads(s, term);
    script_end(s);
}
