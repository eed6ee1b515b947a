// Figure 13, line by line: the follower's side of part 2D. Which snapshots it
// installs, and what happens to its log (§7).
#include "tests/fig2/steps.h"

// ---- Installing a snapshot ----

// A follower with an empty log saves the snapshot, delivers it once, and
// continues after it.
LAB_TEST(raft_fig2, 2D_snapshot_is_installed)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a snapshot is installed");

    int term = script_install(s, TERM, 5, 2);
    test_check(term == TERM,
               "InstallSnapshot, results (Figure 13): term is current_term. It "
               "was %d in the request, and %d in the reply",
               TERM, term);
    script_await_snapshot(
        s, 5, 2, "InstallSnapshot step 5 (Figure 13): save the snapshot");
    script_await_applied(s, 5,
                         "InstallSnapshot step 8 (Figure 13): reset the state "
                         "machine using the snapshot's contents");
    AppendEntriesResponse response =
        script_append(s, (struct append){ TERM, 1, 5, 2, TERMS(3, 3), 7 });
    test_check(response.success,
               "AppendEntries step 2 (Figure 2, §7): the last entry that a "
               "snapshot covers is there for the consistency check. Server 0 "
               "has installed a snapshot up to 5 of term 2, and refused "
               "entries behind that");
    script_await_applied(s, 7,
                         "AppendEntries step 5 (Figure 2, §5.3): leader_commit "
                         "is 7, entries 6 and 7 came behind the snapshot");
    test_check(script_applied_snapshots(s) == 1,
               "InstallSnapshot step 8 (Figure 13): reset the state machine "
               "using the snapshot's contents. Server 0 delivered %d snapshots "
               "of one",
               script_applied_snapshots(s));
    script_end(s);
}

// If the log holds the snapshot's last entry, the entries after it stay.
LAB_TEST(raft_fig2, 2D_snapshot_keeps_the_suffix)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a snapshot keeps what follows it");

    script_give_entries(s, 8, 2);
    script_install(s, TERM, 5, 2);
    test_check(script_holds(s, 8, 2),
               "InstallSnapshot step 6 (Figure 13): if an existing log entry "
               "has the same index and term as the snapshot's last included "
               "entry, retain log entries following it. Server 0 had "
               "acknowledged entries 1..8 of term 2; a snapshot up to 5 of "
               "term 2 came, and it does not hold entry 8");
    script_append(s, (struct append){ script_new_term(s), 1, 8, 2, { 0 }, 8 });
    script_await_applied(s, 8,
                         "InstallSnapshot step 6 (Figure 13): retain log "
                         "entries following it. leader_commit is 8");
    script_restart(s);
    test_check(script_holds(s, 8, 2),
               "InstallSnapshot step 6 (Figure 13): retain log entries "
               "following it. Server 0 crashed, and does not hold entry 8 any "
               "more, which it had acknowledged");
    script_end(s);
}

static void check_log_discarded(int count, int last_index, const char *title)
{
    struct script *s = script_begin(3, title);
    script_give_entries(s, count, 0);
    int term = script_new_term(s);
    script_install(s, term, last_index, 4);
    struct saved saved = script_await_snapshot(
        s, last_index, 4, "InstallSnapshot step 5 (Figure 13): save it");
    bool kept = saved.last > last_index;
    test_check(!kept && script_holds(s, last_index, 4),
               "InstallSnapshot step 7 (Figure 13): discard the entire log. "
               "Server 0 held entries 1..%d of term 2; a snapshot up to %d of "
               "term 4 came, and it %s",
               count, last_index,
               kept ? "has still saved entries behind that"
                    : "refuses what follows the snapshot");
    script_append(s, (struct append){ script_new_term(s), 1, last_index, 4,
                                      TERMS(5), last_index + 1 });
    script_await_applied(s, last_index + 1,
                         "InstallSnapshot step 8 (Figure 13): reset the state "
                         "machine using the snapshot's contents");
    test_check(script_applied_number(s, last_index + 1) ==
                   script_command(last_index + 1, 5),
               "InstallSnapshot step 7 (Figure 13): discard the entire log. "
               "Server 0 applied command %d at index %d",
               script_applied_number(s, last_index + 1), last_index + 1);
    script_end(s);
}

LAB_TEST(raft_fig2, 2D_snapshot_in_conflict_discards_the_log)
{
    check_log_discarded(8, 5,
                        "Test (fig2 2D): a snapshot discards a log that "
                        "differs");
}

LAB_TEST(raft_fig2, 2D_snapshot_beyond_the_log)
{
    check_log_discarded(3, 5,
                        "Test (fig2 2D): a snapshot discards a log that ends "
                        "before it");
}

// An older snapshot that comes late changes nothing. (Every test checks that
// the state machine does not go back.)
LAB_TEST(raft_fig2, 2D_older_snapshots_are_ignored)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): older snapshots are ignored");

    script_give_entries(s, 3, 3);
    script_install(s, TERM, 2, 2);
    script_install(s, TERM, 8, 2);
    script_await_applied(s, 8,
                         "InstallSnapshot step 8 (Figure 13): reset the "
                         "state machine");
    script_append(s, (struct append){ TERM, 1, 8, 2, TERMS(3, 3), 9 });
    script_await_applied(s, 9,
                         "AppendEntries step 5 (Figure 2, §5.3): "
                         "leader_commit is 9");
    script_install(s, TERM, 5, 2);
    script_install(s, TERM, 8, 2);
    struct saved saved = script_saved(s);
    test_check(saved.snapshot_index == 8 && saved.first == 8,
               "InstallSnapshot step 5 (Figure 13): a snapshot with a smaller "
               "index is discarded, never kept in place of a newer one. One "
               "up to 5 came after one up to 8; saved are a snapshot up to %d "
               "and a log from %d on",
               saved.snapshot_index, saved.first);
    test_check(script_holds(s, 10, 3),
               "InstallSnapshot step 6 (Figure 13): retain log entries "
               "following it. Snapshots up to 5 and 8 came late, and server 0 "
               "does not hold entry 10 any more");
    script_append(s,
                  (struct append){ script_new_term(s), 1, 10, 3, { 0 }, 10 });
    script_await_applied(s, 10,
                         "AppendEntries step 5 (Figure 2, §5.3): "
                         "leader_commit is 10");
    script_end(s);
}

// Entries that the snapshot covers are old. Those after it are appended.
LAB_TEST(raft_fig2, 2D_entries_below_the_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): entries below the snapshot");

    script_give_entries(s, 6, 6);
    script_snapshot(s, 5);
    script_await_snapshot(s, 5, 2, COMPACTION);
    script_append(s, (struct append){ TERM, 1, 2, 2, TERMS(2, 2), 4 });
    AppendEntriesResponse over = script_append(
        s, (struct append){ TERM, 1, 3, 2, TERMS(2, 2, 2, 3), 6 });
    script_append(s, (struct append){ TERM, 1, 0, 0, { 0 }, 6 });
    test_check(script_holds(s, 6, 2),
               "AppendEntries step 3 (Figure 2, §5.3, §7): an entry that does "
               "not conflict must stay, and what a snapshot covers does not. "
               "Server 0 had a snapshot up to 5 and entry 6; entries 3..4 and "
               "4..7 came, and now it does not hold entry 6");
    test_check(!over.success || script_holds(s, 7, 3),
               "AppendEntries step 4 (Figure 2, §5.3, §7): append any new "
               "entries not already in the log. Server 0 had a snapshot up to "
               "5 and entry 6; it acknowledged entries 4..7, and does not hold "
               "entry 7");
    script_end(s);
}

// ---- Terms, and the election timer ----

LAB_TEST(raft_fig2, 2D_snapshot_of_an_old_term)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a snapshot of an old term");

    script_give_entries(s, 2, 2);
    int term = script_install(s, TERM - 1, 9, 4);
    script_check_not_applied(s, 2,
                             "InstallSnapshot step 1 (Figure 13): reply "
                             "immediately if term < current_term");
    struct saved saved = script_saved(s);
    test_check(saved.snapshot_index == 0 && term >= TERM,
               "InstallSnapshot step 1 (Figure 13): reply immediately if term "
               "< current_term, with current_term. Server 0, in term %d, was "
               "sent a snapshot in term %d: it replied term %d, and saved one "
               "up to %d",
               TERM, TERM - 1, term, saved.snapshot_index);
    script_end(s);
}

// A snapshot of a newer term makes a leader step down. The term is saved.
LAB_TEST(raft_fig2, 2D_snapshot_of_a_newer_term)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a snapshot of a newer term");

    int newer = script_elect(s) + 1;
    int term = script_install(s, newer, 5, 1);
    struct saved saved = script_saved(s);
    test_check(term == newer && !script_is_leader(s) && saved.term == newer,
               "Rules for Servers, All Servers (Figure 2, §5.1): if an RPC "
               "request contains a newer term, set current_term, convert to "
               "follower. Server 0 led in term %d, and was sent a snapshot in "
               "term %d: it replied term %d, saved term %d and %s",
               newer - 1, newer, term, saved.term,
               script_is_leader(s) ? "still leads" : "gave way");
    script_end(s);
}

// A snapshot comes from the current leader, like entries.
static int hear_snapshot(struct script *s, int term)
{
    return script_install(s, term, 5, term - 1);
}

LAB_TEST(raft_fig2, 2D_candidate_gives_way_to_a_snapshot)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): a candidate gives way to a snapshot of its term");

    struct call *call = script_lose_election(s, 2, hear_snapshot);
    int term = call->vote->term;
    script_answer_vote(s, call, term, true);
    script_sleep(s, QUIET_MS);
    test_check(!script_is_leader(s),
               "Rules for Servers, Candidates (Figure 2, §5.2, §7): a "
               "candidate that hears from the leader of its term converts to "
               "follower, by an InstallSnapshot as well. Server 0 stood in "
               "term %d; a snapshot of that term's leader came, then a last "
               "vote: now it leads, too",
               term);
    script_end(s);
}

static void install_again(struct script *s, int term)
{
    script_install(s, term, 5, 2);
}

LAB_TEST(raft_fig2, 2D_snapshots_put_off_elections)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): snapshots put elections off");
    script_check_no_election(
        s, install_again, 0,
        "Rules for Servers, Followers (Figure 2, §5.2, §7): "
        "an InstallSnapshot of the current leader restarts "
        "the election timer");
    script_end(s);
}

static void install_of_old_term(struct script *s, int k)
{
    (void)k;
    script_install(s, 4, 5, 2);
}

LAB_TEST(raft_fig2, 2D_old_snapshots_do_not_put_off_elections)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): snapshots of old terms do not put elections off");
    script_heartbeat(s, 5);
    script_check_starts_election(
        s, 6, install_of_old_term,
        "Rules for Servers, Followers (Figure 2, §5.2), and "
        "InstallSnapshot step 1 (Figure 13): only the current "
        "leader restarts the election timer. Server 0 is in "
        "term 5; an InstallSnapshot of term 4 was refused");
    script_end(s);
}
