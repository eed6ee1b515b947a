// Figure 13, line by line, when a snapshot is sent or made during another call:
// the result is as if the server handled them one after the other (§7).
#include "tests/fig2/at_once.h"
#include "tests/fig2/steps.h"

// ---- A leader's snapshot and another call ----

// A command started at the same time as a newer leader's snapshot was started
// before and is gone, or is refused.
LAB_TEST(raft_fig2, 2D_start_and_snapshot_at_once)
{
    enum { ROUNDS = 6, STEP = MAX_STARTS - 1 };
    struct script *s = script_begin(
        3, "Test (fig2 2D): raft_start and a leader's snapshot at once");

    for (int last = STEP; last <= ROUNDS * STEP; last += STEP) {
        int term = script_elect(s);
        struct start_calls started = { .number = 70 };
        struct install_call installed = { term + 1, last, term + 1 };
        script_at_once(s, script_call_install, &installed, script_call_start,
                       &started);
        struct saved saved = script_saved(s);
        test_check(saved.last == last,
                   "InstallSnapshot step 7 (Figure 13): discard the entire "
                   "log; and only leaders append commands. Server 0 led in "
                   "term %d; while commands were started, the leader of term "
                   "%d sent a snapshot up to %d of its own term. Saved is a "
                   "log from %d to %d, whose last entry is of term %d",
                   term, term + 1, last, saved.first, saved.last,
                   saved.term_at[saved.last]);
    }
    script_end(s);
}

// Either the voter has the snapshot when it compares logs, or the snapshot's
// term is over.
LAB_TEST(raft_fig2, 2D_vote_and_snapshot_at_once)
{
    enum { ROUNDS = 10 };
    struct script *s =
        script_begin(3, "Test (fig2 2D): a vote and a snapshot at once");

    int last = 0, last_term = 0;
    for (int round = 1; round <= ROUNDS; round++) {
        int term = 10 + 2 * round;
        struct install_call installed = { term, 5 * round, term };
        struct vote_call asked = { .term = term + 1,
                                   .candidate = 2,
                                   .last_index = last,
                                   .last_term = last_term };
        script_at_once(s, script_call_install, &installed, script_call_vote,
                       &asked);
        bool has_it = script_saved(s).snapshot_index == 5 * round;
        test_check(!asked.granted || !has_it,
                   "RequestVote step 2 (Figure 2, §5.4.1, §7): grant the vote "
                   "only if the candidate's log is at least as up-to-date. "
                   "Server 0 took a snapshot up to %d of term %d, and voted in "
                   "term %d for server 2, whose last entry is %d of term %d; "
                   "the two requests came at once",
                   5 * round, term, term + 1, last, last_term);
        if (has_it) {
            last = 5 * round;
            last_term = term;
        }
    }
    script_end(s);
}

// Entries 1..4 after the log's end, and a snapshot that covers two of them.
LAB_TEST(raft_fig2, 2D_entries_and_snapshot_at_once)
{
    enum { ROUNDS = 10 };
    struct script *s =
        script_begin(3, "Test (fig2 2D): entries and a snapshot at once");

    for (int last = 0; last < 4 * ROUNDS; last += 4) {
        int term = script_new_term(s);
        struct append_call sent = { .append = { term, 1, last,
                                                last == 0 ? 0 : 2,
                                                TERMS(2, 2, 2, 2), last + 2 } };
        struct install_call installed = { term, last + 2, 2 };
        script_at_once(s, script_call_append, &sent, script_call_install,
                       &installed);
        test_check(sent.success && script_holds(s, last + 4, 2),
                   "InstallSnapshot step 6 (Figure 13): retain log entries "
                   "following the snapshot's. Entries %d..%d and a snapshot up "
                   "to %d, all of term 2, came at once; server 0 %s",
                   last + 1, last + 4, last + 2,
                   sent.success ? "took the entries, and lacks the last"
                                : "refused the entries");
        script_append(s, (struct append){ .term = script_new_term(s),
                                          .leader = 1,
                                          .prev_index = last + 4,
                                          .prev_term = 2,
                                          .commit = last + 4 });
        script_await_applied(s, last + 4,
                             "Rules for Servers, All Servers (Figure 2, §5.3): "
                             "if commit_index > last_applied, apply. Entries "
                             "and a snapshot came at once");
    }
    script_end(s);
}

#define NEWEST                                                                 \
    "InstallSnapshot step 5 (Figure 13): save the snapshot, discard any with " \
    "a smaller index"

// The newer of two snapshots stays.
LAB_TEST(raft_fig2, 2D_two_snapshots_at_once)
{
    enum { ROUNDS = 10 };
    struct script *s = script_begin(3, "Test (fig2 2D): two snapshots at once");

    for (int last = 5; last <= 5 * ROUNDS; last += 5) {
        struct install_call older = { TERM, last - 2, 2 };
        struct install_call newer = { TERM, last, 2 };
        script_at_once(s, script_call_install, &older, script_call_install,
                       &newer);
        struct saved saved = script_saved(s);
        test_check(saved.snapshot_index == last && saved.first == last,
                   NEWEST ". Snapshots up to %d and %d came at once; saved are "
                          "one up to %d, and a log from %d on",
                   last - 2, last, saved.snapshot_index, saved.first);
        script_await_applied(s, last,
                             "InstallSnapshot step 8 (Figure 13): reset the "
                             "state machine using the snapshot's contents. Two "
                             "snapshots came at once");
    }
    script_end(s);
}

// ---- The service's snapshots and another call ----

// Six, so that the other call comes between them.
#define MADE 6

// The service makes snapshots of what is applied, while entries arrive.
LAB_TEST(raft_fig2, 2D_snapshots_are_made_as_entries_come)
{
    enum { ROUNDS = 8 };
    struct script *s =
        script_begin(3, "Test (fig2 2D): snapshots are made as entries come");

    script_give_entries(s, MADE, MADE);
    for (int last = MADE; last <= ROUNDS * MADE; last += MADE) {
        struct snapshot_calls made = { last - MADE + 1, last };
        struct append_call sent = {
            .append = { TERM, 1, last, 2, TERMS(2, 2, 2, 2, 2, 2), last + MADE }
        };
        script_at_once(s, script_call_append, &sent, script_call_snapshot,
                       &made);
        struct saved saved = script_await_snapshot(s, last, 2, COMPACTION);
        test_check(sent.success && saved.last == last + MADE,
                   COMPACTION "; what follows stays. Server 0 made snapshots "
                              "up to %d, and was sent entries %d..%d at the "
                              "same time, success %s; the saved log ends at %d",
                   last, last + 1, last + MADE, sent.success ? "true" : "false",
                   saved.last);
        script_await_applied(s, last + MADE,
                             "AppendEntries step 5 (Figure 2, §5.3): entries "
                             "came while snapshots were made of those before");
    }
    script_end(s);
}

// The leader's snapshot is newer, and stays.
LAB_TEST(raft_fig2, 2D_snapshots_are_made_as_another_comes)
{
    enum { ROUNDS = 8 };
    struct script *s =
        script_begin(3, "Test (fig2 2D): snapshots are made as another comes");

    script_give_entries(s, MADE, MADE);
    for (int round = 0; round < ROUNDS; round++) {
        int last = script_applied(s), newest = last + 1;
        struct snapshot_calls made = { last - MADE + 1, last };
        struct install_call installed = { TERM, newest, 2 };
        script_at_once(s, script_call_install, &installed, script_call_snapshot,
                       &made);
        struct saved saved = script_saved(s);
        test_check(saved.snapshot_index == newest && saved.first == newest,
                   NEWEST ". The service made snapshots up to %d, and one up "
                          "to %d came from the leader at the same time; saved "
                          "are one up to %d, and a log from %d on",
                   last, newest, saved.snapshot_index, saved.first);
        script_append(s, (struct append){ TERM, 1, newest, 2,
                                          TERMS(2, 2, 2, 2, 2, 2),
                                          newest + MADE });
        script_await_applied(s, newest + MADE,
                             "InstallSnapshot step 8 (Figure 13): reset the "
                             "state machine using the snapshot's contents. "
                             "The service made older ones at the same time; "
                             "then came six entries");
    }
    script_end(s);
}

static void check_vote_kept(const struct saved *before, const struct saved *now)
{
    test_check(!before->is_valid || now->term > before->term ||
                   (now->term == before->term &&
                    (now->voted_for == before->voted_for ||
                     before->voted_for == NOBODY)),
               "State (Figure 2): current_term and voted_for are persistent. "
               "Server 0 was asked for its vote while it made snapshots. Saved "
               "were term %d with voted_for %d, and then term %d with "
               "voted_for %d",
               before->term, before->voted_for, now->term, now->voted_for);
}

// Both calls change what is saved.
LAB_TEST(raft_fig2, 2D_snapshots_are_made_as_a_candidate_asks)
{
    enum { ROUNDS = 10 };
    struct script *s = script_begin(
        3, "Test (fig2 2D): snapshots are made as a candidate asks");

    script_give_entries(s, ROUNDS * MADE, ROUNDS * MADE);
    script_observe_saves(s, check_vote_kept);
    for (int round = 1; round <= ROUNDS; round++) {
        int last = round * MADE;
        struct snapshot_calls made = { last - MADE + 1, last };
        struct vote_call asked = { .term = TERM + round,
                                   .candidate = 2,
                                   .last_index = ROUNDS * MADE,
                                   .last_term = 2 };
        script_at_once(s, script_call_vote, &asked, script_call_snapshot,
                       &made);
        struct saved saved = script_await_snapshot(s, last, 2, COMPACTION);
        test_check(!asked.granted || saved.term > asked.term ||
                       (saved.term == asked.term && saved.voted_for == 2),
                   "State (Figure 2): persistent state is updated on stable "
                   "storage before responding to RPCs. Server 0 has voted in "
                   "term %d for server 2, while it made snapshots; saved are "
                   "term %d and voted_for %d",
                   asked.term, saved.term, saved.voted_for);
    }
    script_end(s);
}

// A leader makes snapshots of what is committed, and accepts commands.
LAB_TEST(raft_fig2, 2D_snapshots_are_made_as_commands_are_started)
{
    enum { ROUNDS = 5 };
    struct script *s = script_begin(
        3, "Test (fig2 2D): snapshots are made as commands are started");

    int term = script_elect(s);
    int last = script_propose(s, 77);
    for (int round = 0; round < ROUNDS; round++) {
        script_acknowledge(s, 1, last, SENDS);
        script_await_applied(s, last, MAJORITY ". Servers 0 and 1 hold it");
        struct snapshot_calls made = { last - MADE + 1, last };
        if (made.first < 1)
            made.first = 1;
        struct start_calls started = { .number = 100 };
        script_at_once(s, script_call_snapshot, &made, script_call_start,
                       &started);
        script_check_leads(s, term);
        struct saved saved = script_await_snapshot(s, last, term, COMPACTION);
        last += MAX_STARTS;
        script_acknowledge(s, 1, last, SENDS);
        test_check(saved.last == last &&
                       script_peer_number(s, 1, last) == 100 + MAX_STARTS - 1,
                   COMPACTION "; what follows stays. Server 0 made snapshots "
                              "up to %d while six commands were started; the "
                              "saved log ends at %d, and server 1 was sent the "
                              "command %d at index %d",
                   last - MAX_STARTS, saved.last,
                   script_peer_number(s, 1, last), last);
    }
    script_end(s);
}
