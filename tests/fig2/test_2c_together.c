// Figure 2, line by line: the saved term and the saved vote belong together at
// every moment (§5.2), because a crash can come between any two steps.
#include "tests/fig2/steps.h"

static void check_saved_together(const struct saved *before,
                                 const struct saved *now)
{
    bool same_term = before->is_valid && now->term == before->term;
    test_check(!same_term || before->voted_for == NOBODY ||
                   now->voted_for == before->voted_for,
               "State (Figure 2, §5.2): voted_for is the vote in the current "
               "term, and both are saved in one step, or a crash between the "
               "two leaves a vote to give again. Saved was server %d as "
               "voted_for in term %d, and a moment later %d in the same term",
               before->voted_for, before->term, now->voted_for);
}

LAB_TEST(raft_fig2, 2C_term_and_vote_together)
{
    struct script *s =
        script_begin(3, "Test (fig2 2C): term and vote are saved together");
    script_observe_saves(s, check_saved_together);

    for (int term = 1; term <= 50; term++)
        script_request_vote(s, term, 1 + term % 2, 0, 0);

    test_check(script_term(s) >= 50,
               "Rules for Servers, All Servers (Figure 2, §5.1): if an RPC "
               "request contains a newer term, set current_term. Server 0 was "
               "asked for its vote in term 50, and is in term %d",
               script_term(s));
    script_end(s);
}
