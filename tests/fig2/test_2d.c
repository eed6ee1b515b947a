// Figure 13, line by line, and what §7 says around it: part 2D. Dropping the
// log behind a snapshot, taking a leader's snapshot, and sending one.
#include "tests/fig2/steps.h"

// ---- The service's own snapshots ----

// The log goes up to the snapshot and no further; what is gone is remembered
// where Figure 2 still asks for it, also after a crash.
LAB_TEST(raft_fig2, 2D_snapshot_replaces_the_log)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a snapshot replaces the log");

    script_give_entries(s, 5, 4);
    script_snapshot(s, 3);
    struct saved saved = script_await_snapshot(s, 3, 2, COMPACTION);
    test_check(saved.last == 5,
               COMPACTION "; what follows stays. Server 0 held entries 1..5, "
                          "and made a snapshot up to 3; the saved log ends at "
                          "%d",
               saved.last);
    test_check(script_holds(s, TERM, 3, 2) && script_holds(s, TERM, 5, 2) &&
                   !script_holds(s, TERM, 5, 3) && !script_holds(s, TERM, 6, 2),
               COMPACTION ", for the AppendEntries consistency check. Server "
                          "0 holds a snapshot up to 3 of term 2 and entries 4 "
                          "and 5 of term 2, and denies one of them");
    script_append(s, (struct append){ TERM, 1, 5, 2, TERMS(3), 6 });
    script_await_applied(s, 6, COMPACTION ". Entries 5 and 6 are committed");
    script_end(s);
}

// The service may make a snapshot from the very thread that receives.
LAB_TEST(raft_fig2, 2D_snapshot_while_applying)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a snapshot while entries are applied");

    script_snapshot_when_applied(s, 3);
    script_give_entries(s, 6, 6);
    script_await_snapshot(s, 3, 2, COMPACTION);
    script_end(s);
}

// A service that does not receive holds nothing up but the applying.
LAB_TEST(raft_fig2, 2D_slow_service_holds_nothing_up)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a slow service holds nothing up");

    script_hold_applying(s, true);
    AppendEntriesResponse response = script_append(
        s, (struct append){ TERM, 1, 0, 0, TERMS(2, 2, 2, 2), 4 });
    test_check(response.success, "AppendEntries (Figure 2): entries from "
                                 "index 1 on fit");
    script_sleep(s, QUIET_MS);
    script_term(s);
    script_append(s, (struct append){ TERM, 1, 4, 2, TERMS(2), 5 });
    script_hold_applying(s, false);
    script_await_applied(s, 5,
                         "Rules for Servers, All Servers (Figure 2, §5.3): "
                         "apply what is committed. leader_commit is 5");
    script_end(s);
}

// A server that starts again from a snapshot has applied and committed all that
// it covers, and knows its last entry.
LAB_TEST(raft_fig2, 2D_restart_from_a_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a restart from a snapshot");

    script_give_entries(s, 5, 5);
    script_snapshot(s, 5);
    script_await_snapshot(s, 5, 2, COMPACTION);
    script_restart(s);
    RequestVoteResponse vote = script_request_vote(s, 50, 2, 4, 2);
    test_check(!vote.vote_granted,
               COMPACTION ", for RequestVote (§5.4.1). Server 0's log is empty "
                          "behind a snapshot up to 5 of term 2; it voted for a "
                          "candidate whose last entry is 4 of term 2");
    AppendEntriesResponse response =
        script_append(s, (struct append){ 51, 1, 5, 2, TERMS(3, 3), 6 });
    test_check(response.success,
               COMPACTION ", for the AppendEntries consistency check. Server "
                          "0 restarted with a snapshot up to 5 of term 2, and "
                          "refused entries behind that");
    script_await_applied(s, 6,
                         "Log compaction (§7): a server that restarts has "
                         "applied what its snapshot covers, and goes on behind "
                         "it. leader_commit is 6");
    struct call *call = script_await_vote(
        s, 1, 52,
        "Rules for Servers, Followers (Figure 2, §5.2): if the election "
        "timeout elapses, convert to candidate");
    test_check(call->vote->last_log_index == 7 &&
                   call->vote->last_log_term == 3,
               "RequestVote (Figure 2): last_log_index and last_log_term are "
               "those of the last entry. Server 0's is 7 of term 3; it sent "
               "%d of term %d",
               call->vote->last_log_index, call->vote->last_log_term);
    script_end(s);
}

// A log that is empty behind a snapshot ends with what the snapshot covers.
LAB_TEST(raft_fig2, 2D_candidate_with_only_a_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a candidate with only a snapshot");

    script_give_entries(s, 4, 4);
    script_snapshot(s, 4);
    script_await_snapshot(s, 4, 2, COMPACTION);
    struct call *call = script_await_vote(
        s, 1, TERM + 1,
        "Rules for Servers, Followers (Figure 2, §5.2): if the election "
        "timeout elapses, convert to candidate");
    test_check(call->vote->last_log_index == 4 &&
                   call->vote->last_log_term == 2,
               COMPACTION ", for RequestVote (§5.4.1). Server 0 has a snapshot "
                          "up to 4 of term 2 and nothing behind it, and stood "
                          "with a last entry %d of term %d",
               call->vote->last_log_index, call->vote->last_log_term);
    script_elect(s);
    int index = 0, term = 0;
    script_start(s, 77, &index, &term);
    test_check(index == 5,
               COMPACTION ". The next entry after a snapshot up to 4 is 5; "
                          "raft_start said %d",
               index);
    script_end(s);
}

// ---- Saved together ----

#define TOGETHER                                                               \
    "Log compaction (§7): the log goes only when the snapshot is saved that " \
    "covers it: both in one step, or a crash between the two leaves a gap"

static void look_together(const struct saved *before, const struct saved *now)
{
    (void)before;
    test_check(now->first <= now->snapshot_index,
               TOGETHER ". Saved were at one moment a log that begins behind "
                        "index %d, and a snapshot up to %d",
               now->first, now->snapshot_index);
}

LAB_TEST(raft_fig2, 2D_state_and_snapshot_together)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): state and snapshot are saved together");

    script_give_entries(s, 20, 20);
    struct watch *watch = script_watch(s, look_together);
    for (int index = 1; index <= 20; index++)
        script_snapshot(s, index);
    for (int index = 22; index <= 50; index += 2)
        script_install(s, TERM, index, 5);
    script_end_watch(watch);
    script_await_applied(s, 50,
                         "InstallSnapshot step 8 (Figure 13): reset the "
                         "state machine using the snapshot's contents");
    script_end(s);
}

// ---- InstallSnapshot: the receiver ----

// A follower that has nothing takes the snapshot: saves it, delivers it once,
// and goes on behind it.
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

// A log that holds the snapshot's last entry keeps what follows.
LAB_TEST(raft_fig2, 2D_snapshot_keeps_the_suffix)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a snapshot keeps what follows it");

    script_give_entries(s, 8, 2);
    script_install(s, TERM, 5, 2);
    test_check(script_holds(s, TERM, 8, 2),
               "InstallSnapshot step 6 (Figure 13): if an existing log entry "
               "has the same index and term as the snapshot's last included "
               "entry, retain log entries following it. Server 0 had "
               "acknowledged entries 1..8 of term 2; a snapshot up to 5 of "
               "term 2 came, and it does not hold entry 8");
    script_append(s, (struct append){ TERM, 1, 8, 2, { 0 }, 8 });
    script_await_applied(s, 8,
                         "InstallSnapshot step 6 (Figure 13): retain log "
                         "entries following it. leader_commit is 8");
    script_restart(s);
    test_check(script_holds(s, TERM, 8, 2),
               "InstallSnapshot step 6 (Figure 13): retain log entries "
               "following it. Server 0 crashed, and does not hold entry 8 any "
               "more, which it had acknowledged");
    script_end(s);
}

static void check_log_discarded(int count, int last_index, const char *title)
{
    struct script *s = script_begin(3, title);
    script_give_entries(s, count, 0);
    script_install(s, TERM, last_index, 4);
    bool kept = false;
    for (int index = last_index + 1; index <= count; index++)
        kept = kept || script_holds(s, TERM, index, 2);
    test_check(!kept && script_holds(s, TERM, last_index, 4),
               "InstallSnapshot step 7 (Figure 13): discard the entire log. "
               "Server 0 held entries 1..%d of term 2; a snapshot up to %d of "
               "term 4 came, and it %s",
               count, last_index,
               kept ? "still holds entries behind that"
                    : "refuses what follows the snapshot");
    script_append(
        s, (struct append){ TERM, 1, last_index, 4, TERMS(5), last_index + 1 });
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

// An older snapshot that comes late changes nothing. (That the state machine
// does not go back is checked wherever something is applied.)
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
    test_check(script_holds(s, TERM, 10, 3),
               "InstallSnapshot step 6 (Figure 13): retain log entries "
               "following it. Snapshots up to 5 and 8 came late, and server 0 "
               "does not hold entry 10 any more");
    script_append(s, (struct append){ TERM, 1, 10, 3, { 0 }, 10 });
    script_await_applied(s, 10,
                         "AppendEntries step 5 (Figure 2, §5.3): "
                         "leader_commit is 10");
    script_end(s);
}

// The service's own snapshot, of a time before the leader's.
LAB_TEST(raft_fig2, 2D_older_snapshot_of_the_service)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): an older snapshot of the service is ignored");

    script_give_entries(s, 3, 3);
    script_install(s, TERM, 8, 2);
    script_await_applied(s, 8,
                         "InstallSnapshot step 8 (Figure 13): reset the "
                         "state machine");
    script_snapshot(s, 3);
    script_sleep(s, QUIET_MS);
    struct saved saved = script_saved(s);
    test_check(saved.snapshot_index == 8 && script_holds(s, TERM, 8, 2),
               "Log compaction (§7): a newer snapshot stays. The service made "
               "one up to 3 after a leader's up to 8 had been installed; saved "
               "is one up to %d",
               saved.snapshot_index);
    script_end(s);
}

// Requests that reach below the snapshot are old; what they overlap is there.
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
    test_check(script_holds(s, TERM, 6, 2),
               "AppendEntries step 3 (Figure 2, §5.3, §7): an entry that does "
               "not conflict must stay, and what a snapshot covers does not. "
               "Server 0 had a snapshot up to 5 and entry 6; entries 3..4 and "
               "4..7 came, and now it does not hold entry 6");
    test_check(!over.success || script_holds(s, TERM, 7, 3),
               "AppendEntries step 4 (Figure 2, §5.3, §7): append any new "
               "entries not already in the log. Server 0 had a snapshot up to "
               "5 and entry 6; it acknowledged entries 4..7, and does not hold "
               "entry 7");
    script_end(s);
}

// ---- InstallSnapshot and terms ----

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

// A newer term makes a leader a follower, and is saved.
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

// A snapshot comes from the leader as entries do.
static int hear_snapshot(struct script *s, int term)
{
    return script_install(s, term, 5, term - 1);
}

LAB_TEST(raft_fig2, 2D_candidate_gives_way_to_a_snapshot)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): a candidate gives way to a snapshot of its term");

    struct call *call = script_stand_in_vain(s, 2, hear_snapshot);
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
    script_check_put_off(s, install_again, 0,
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
    script_check_stands(s, 6, install_of_old_term,
                        "Rules for Servers, Followers (Figure 2, §5.2), and "
                        "InstallSnapshot step 1 (Figure 13): only the current "
                        "leader restarts the election timer. Server 0 is in "
                        "term 5; an InstallSnapshot of term 4 was refused");
    script_end(s);
}
