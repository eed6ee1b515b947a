// Figure 13, line by line: a leader's snapshots that are old, by term or by
// index, and snapshots that come faster than the service takes them (§7).
#include "tests/fig2/steps.h"

#define STEP_1                                                                 \
    "InstallSnapshot step 1 (Figure 13): reply immediately if term < "         \
    "current_term"

#define STEP_5                                                                 \
    "InstallSnapshot step 5 (Figure 13): a snapshot with a smaller index is "  \
    "discarded, never kept in place of a newer one"

#define STEP_8                                                                 \
    "InstallSnapshot step 8 (Figure 13): reset the state machine using the "   \
    "snapshot's contents"

// ---- An older term ----

// A snapshot of the vote's own term does not clear the vote.
LAB_TEST(raft_fig2, 2D_vote_outlasts_a_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a vote outlasts a snapshot");

    script_request_vote(s, TERM, 1, 0, 0);
    for (int index = 5; index <= 6; index++) {
        script_install(s, TERM, index, 4);
        script_install(s, TERM, 5, 4);
        RequestVoteResponse other = script_request_vote(s, TERM, 2, 9, 5);
        test_check(!other.vote_granted,
                   ONE_VOTE ". Server 0 voted for server 1 in term %d, was "
                            "sent its snapshot in term %d, and then voted for "
                            "server 2 in term %d: voted_for is cleared only "
                            "when a newer term begins",
                   TERM, TERM, TERM);
    }
    script_end(s);
}

// Only a newer term deposes a leader.
LAB_TEST(raft_fig2, 2D_leader_stays_when_an_old_snapshot_comes)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): a leader stays when an old one's snapshot comes");

    script_heartbeat(s, 5);
    int term = script_elect(s);
    int reply_term = script_install(s, 5, 9, 4);
    test_check(reply_term == term,
               STEP_1 ", with current_term. Server 0, leader of term %d, "
                      "answered a snapshot of the leader of term 5 with term "
                      "%d",
               term, reply_term);
    script_check_leads(s, term);
    int index = script_propose(s, 77);
    test_check(index == 1,
               STEP_1 ". A snapshot up to 9 came from the leader of term 5; "
                      "server 0, leader of term %d with an empty log, put the "
                      "next command at index %d",
               term, index);
    script_end(s);
}

// A late reply of an older term does not lower the term.
LAB_TEST(raft_fig2, 2D_late_reply_to_a_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a late reply to a snapshot");

    script_give_entries(s, 5, 5);
    script_snapshot(s, 3);
    script_await_snapshot(s, 3, 2, COMPACTION);
    int old_term = script_elect(s);
    struct call *call = script_acknowledge_before(s, 1, 1, COMPACTION);
    script_heartbeat(s, old_term + 5);
    if (call->install != NULL)
        script_answer_install(s, call, old_term);
    script_sleep(s, QUIET_MS);
    test_check(script_term(s) >= old_term + 5,
               "State (Figure 2, §5.1): current_term increases monotonically. "
               "Server 0 was in term %d; then the reply of term %d to an "
               "InstallSnapshot came late, and now it is in term %d",
               old_term + 5, old_term, script_term(s));
    script_end(s);
}

// The snapshot is old, its term is newer: the server adopts and saves the term.
LAB_TEST(raft_fig2, 2D_newer_term_with_an_old_snapshot)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): a newer term that comes with an old snapshot");

    script_give_entries(s, 5, 5);
    script_snapshot(s, 3);
    script_await_snapshot(s, 3, 2, COMPACTION);
    int term = TERM;
    for (int index = 2; index <= 4; index++) {
        term += 3;
        script_request_vote(s, term - 1, 2, 9, TERM);
        script_install(s, term, index, 2);
        struct saved saved = script_saved(s);
        test_check(saved.term == term && saved.voted_for == NOBODY,
                   "State (Figure 2): persistent state is updated on stable "
                   "storage before responding to RPCs. Server 0, which had "
                   "voted for server 2 in term %d, has answered an "
                   "InstallSnapshot of term %d with a snapshot up to %d (it "
                   "has applied 5, its own snapshot ends at 3); saved are term "
                   "%d and voted_for %d, not %d and NOBODY",
                   term - 1, term, index, saved.term, saved.voted_for, term);
    }
    script_end(s);
}

// ---- An older index ----

// A snapshot up to 4 of term 2 is saved, the log ends with 6 of that term, and
// the server has just started. Snapshots up to 4 and less change nothing.
static void check_old_ones_after_restart(struct script *s, int own, int last)
{
    script_install(s, TERM, own, 2);
    script_install(s, TERM, own - 2, 2);
    struct saved saved = script_saved(s);
    test_check(
        saved.snapshot_index == own && saved.first == own && saved.last == last,
        STEP_5 ". Server 0 restarted with a snapshot up to %d and "
               "entries up to %d; snapshots up to %d and %d came; saved "
               "are a snapshot up to %d and a log from %d to %d",
        own, last, own, own - 2, saved.snapshot_index, saved.first, saved.last);
    script_append(s, (struct append){ TERM, 1, last, 2, { 0 }, last });
    script_await_applied(s, last,
                         "InstallSnapshot step 6 (Figure 13): retain log "
                         "entries following it. The snapshots were as old as "
                         "that with which server 0 restarted, or older");
    test_check(script_applied_snapshots(s) == 0,
               STEP_8 ", when it is newer than the state machine. Server 0 "
                      "restarted with a snapshot up to %d, which its service "
                      "has taken; those up to %d and %d came, and it delivered "
                      "%d",
               own, own, own - 2, script_applied_snapshots(s));
}

LAB_TEST(raft_fig2, 2D_old_snapshots_after_a_restart)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): old snapshots after a restart");

    script_give_entries(s, 6, 6);
    script_snapshot(s, 4);
    script_await_snapshot(s, 4, 2, COMPACTION);
    script_restart(s);
    check_old_ones_after_restart(s, 4, 6);

    script_install(s, TERM, 9, 2);
    script_await_applied(s, 9, STEP_8);
    script_restart(s);
    check_old_ones_after_restart(s, 9, 9);
    script_end(s);
}

// A snapshot up to what is applied is old, wherever the last snapshot ends.
// (Every test checks that the state machine does not go back.)
LAB_TEST(raft_fig2, 2D_snapshot_of_what_is_applied)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): a snapshot of what has been applied already");

    script_give_entries(s, 6, 6);
    script_snapshot(s, 3);
    script_await_snapshot(s, 3, 2, COMPACTION);
    script_install(s, TERM, 5, 2);
    script_install(s, TERM, 6, 2);
    script_append(s, (struct append){ TERM, 1, 6, 2, TERMS(3), 7 });
    script_await_applied(s, 7,
                         "AppendEntries step 5 (Figure 2, §5.3): "
                         "leader_commit is 7. Snapshots up to 5 and 6 came "
                         "when 6 had been applied");
    script_end(s);
}

// ---- Faster than the service ----

// Sends snapshots, `pause_ms` apart, while the service receives nothing; then
// an entry after them.
static void send_faster(struct script *s, int first, int last, int pause_ms)
{
    script_hold_applying(s, true);
    for (int index = first; index <= last; index += 3) {
        script_install(s, TERM, index, 2);
        script_sleep(s, pause_ms);
    }
    script_append(s, (struct append){ TERM, 1, last, 2, TERMS(2), last + 1 });
    script_sleep(s, pause_ms);
    script_hold_applying(s, false);
    script_await_applied(s, last + 1,
                         STEP_8 ". Several snapshots came while the service "
                                "received nothing; those that a newer one has "
                                "overtaken need not be delivered, the newest "
                                "must, and the entry behind it");
    test_check(script_applied_number(s, last + 1) ==
                   script_command(last + 1, 2),
               "Log Matching (Figure 3, §5.3): server 0 applied the command %d "
               "at index %d, behind a snapshot up to %d; sent was %d",
               script_applied_number(s, last + 1), last + 1, last,
               script_command(last + 1, 2));
}

LAB_TEST(raft_fig2, 2D_snapshots_while_the_service_is_slow)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): snapshots while the service is slow");

    script_give_entries(s, 3, 3);
    send_faster(s, 5, 17, 0);
    send_faster(s, 20, 32, QUIET_MS / 10);
    // Some entries are on their way to the service, too.
    script_hold_applying(s, true);
    script_append(s, (struct append){ TERM, 1, 33, 2, TERMS(2, 2, 2), 36 });
    send_faster(s, 38, 50, QUIET_MS / 10);
    script_await_snapshot(s, 50, 2, STEP_5);
    script_end(s);
}
