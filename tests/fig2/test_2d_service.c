// §7, line by line: snapshots that the service makes. The server discards the
// log that they cover, and saves state and snapshot together.
#include "tests/fig2/steps.h"

// Server 0 has a snapshot up to 3 of term 2, and entries 4 and 5 of term 2, of
// which 4 is committed. Questions that may truncate the log come last.
static void check_what_is_held(struct script *s)
{
    const struct {
        int index, term;
        bool is_there;
    } cases[] = { { 3, 2, true },
                  { 4, 2, true },
                  { 5, 2, true },
                  { 6, 2, false },
                  { 5, 3, false } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        bool holds = script_holds(s, cases[k].index, cases[k].term);
        test_check(holds == cases[k].is_there,
                   COMPACTION ", for the AppendEntries consistency check. "
                              "Server 0 has a snapshot up to 3 of term 2 and "
                              "entries 4 and 5 of term 2; to prev_log_index %d "
                              "of term %d it replied success %s",
                   cases[k].index, cases[k].term, holds ? "true" : "false");
    }
}

// The server discards the log up to the snapshot and no further. It remembers
// the last discarded entry where Figure 2 needs it, also after a crash.
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
    check_what_is_held(s);
    script_append(
        s, (struct append){ script_new_term(s), 1, 4, 2, TERMS(2, 3), 6 });
    script_await_applied(s, 6, COMPACTION ". Entries 5 and 6 are committed");
    script_end(s);
}

// The service may make a snapshot on the thread that receives.
LAB_TEST(raft_fig2, 2D_snapshot_while_applying)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a snapshot while entries are applied");

    script_snapshot_when_applied(s, 3);
    script_give_entries(s, 6, 6);
    script_await_snapshot(s, 3, 2, COMPACTION);
    script_end(s);
}

// The server may crash while the service makes a snapshot.
LAB_TEST(raft_fig2, 2D_killed_during_a_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): killed while a snapshot is made");

    script_snapshot_when_applied(s, 6);
    script_give_entries(s, 6, 6);
    script_await_applied(s, 6, COMPACTION ". Entries 1..6 are committed");
    script_end(s);
}

// A service that receives nothing delays only applying.
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

// A server that restarts from a snapshot has applied and committed all that it
// covers, and knows its last entry.
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

// If the log is empty after a snapshot, the last entry is the snapshot's.
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

// The service's own snapshot is older than the leader's.
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
    test_check(saved.snapshot_index == 8,
               "Log compaction (§7): a newer snapshot stays. The service made "
               "one up to 3 after a leader's up to 8 had been installed; saved "
               "is one up to %d",
               saved.snapshot_index);
    test_check(script_holds(s, 8, 2),
               COMPACTION ". A leader's snapshot up to 8 of term 2 had been "
                          "installed when the service made one up to 3; now "
                          "server 0 refuses prev_log_index 8 of term 2");
    script_end(s);
}

// ---- Saved together ----

#define TOGETHER                                                               \
    "Log compaction (§7): the log goes only when the snapshot is saved that " \
    "covers it: both in one step, or a crash between the two leaves a gap"

static void check_saved_together(const struct saved *before,
                                 const struct saved *now)
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
    script_observe_saves(s, check_saved_together);
    for (int index = 1; index <= 20; index++) {
        script_snapshot(s, index);
        // Twenty snapshots may take longer than an election timeout.
        script_heartbeat(s, TERM);
    }
    for (int index = 22; index <= 50; index += 2)
        script_install(s, TERM, index, 5);
    script_await_applied(s, 50,
                         "InstallSnapshot step 8 (Figure 13): reset the "
                         "state machine using the snapshot's contents");
    script_end(s);
}
