// §7, line by line: the entry at which a snapshot ends. It stands for all
// entries before it.
#include "tests/fig2/internal.h"
#include "tests/fig2/steps.h"

// ---- The leader ----

// If the log is empty after a snapshot up to 4 of term 2, the first
// AppendEntries has that entry as previous entry.
static void check_first_appends(struct script *s)
{
    int term = script_elect(s);
    for (int peer = 1; peer < 3; peer++) {
        struct call *call = script_await_append(
            s, peer, term,
            "Rules for Servers, Leaders (Figure 2, §5.2): upon election, send "
            "AppendEntries RPCs to each server");
        test_check(call->append->prev_log_index == 4 &&
                       call->append->prev_log_term == 2,
                   COMPACTION ", for AppendEntries (Figure 2): prev_log_index "
                              "and prev_log_term are of the entry before the "
                              "new ones. Server 0's log is empty behind a "
                              "snapshot up to 4 of term 2; it sent server %d "
                              "%d of term %d",
                   peer, call->append->prev_log_index,
                   call->append->prev_log_term);
    }
}

LAB_TEST(raft_fig2, 2D_first_append_behind_a_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): the first append behind a snapshot");

    script_give_entries(s, 4, 4);
    script_snapshot(s, 4);
    script_await_snapshot(s, 4, 2, COMPACTION);
    check_first_appends(s);
    script_restart(s);
    check_first_appends(s);
    script_end(s);
}

// A follower's log ends where the snapshot does. The leader sends that entry's
// index and term as previous entry, and no snapshot.
LAB_TEST(raft_fig2, 2D_follower_at_the_snapshots_end)
{
    enum { ENOUGH = 50 };
    struct script *s = script_begin(
        3, "Test (fig2 2D): a follower whose log ends where the snapshot does");

    script_give_entries(s, 5, 4);
    script_snapshot(s, 3);
    script_await_snapshot(s, 3, 2, COMPACTION);
    script_set_log(s, 1, TERMS(2, 2, 2));
    int term = script_elect(s);
    int index = script_propose(s, 77);
    bool taken = false;
    for (int k = 0; k < ENOUGH && !taken; k++) {
        struct call *call =
            script_find(s, SOON_MS, script_is_to_follower, 1, term);
        if (call == NULL)
            break;
        const AppendEntriesRequest *request = call->append;
        test_check(request == NULL || request->prev_log_index != 3 ||
                       request->prev_log_term == 2,
                   COMPACTION ", for AppendEntries (Figure 2): prev_log_term "
                              "is the term of the entry at prev_log_index. "
                              "Server 0 has a snapshot up to 3 of term 2; it "
                              "sent prev_log_index 3 of term %d",
                   request == NULL ? 0 : request->prev_log_term);
        taken = script_answer_as_follower(s, call);
    }
    script_acknowledge(s, 1, index, SENDS);
    script_end(s);
}

// ---- The follower ----

// Server 0 has a snapshot up to 5. Sends it a request that begins before that;
// then its log must end at `last`.
static void send_from_below(struct script *s, struct append append, int last)
{
    AppendEntriesResponse response = script_append(s, append);
    test_check(response.success,
               "AppendEntries step 2 (Figure 2, §5.3, §7): reply false if the "
               "log does not contain an entry at prev_log_index whose term "
               "matches; what a snapshot covers is committed, so it matches. "
               "Server 0 has a snapshot up to 5, and refused %d entries behind "
               "index %d",
               append.entries.count, append.prev_index);
    struct saved saved = script_saved(s);
    test_check(saved.last == last,
               "AppendEntries steps 3 and 4 (Figure 2, §5.3): append any new "
               "entries not already in the log; what does not conflict stays. "
               "Server 0 has a snapshot up to 5, and was sent %d entries "
               "behind index %d; the saved log ends at %d, not %d",
               append.entries.count, append.prev_index, saved.last, last);
}

// A request that begins before the snapshot's end has entries that the snapshot
// covers, and new ones.
LAB_TEST(raft_fig2, 2D_entries_from_below_the_snapshot)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): entries that begin below the snapshot");

    script_give_entries(s, 6, 6);
    script_snapshot(s, 5);
    script_await_snapshot(s, 5, 2, COMPACTION);
    struct terms seven = TERMS(2, 2, 2, 2, 2, 2, 3);
    send_from_below(s, (struct append){ TERM, 1, 0, 0, TERMS(2, 2), 6 }, 6);
    send_from_below(s, (struct append){ TERM, 1, 0, 0, seven, 6 }, 7);
    send_from_below(s, (struct append){ TERM, 1, 0, 0, seven, 7 }, 7);
    send_from_below(
        s, (struct append){ TERM, 1, 2, 2, TERMS(2, 2, 2, 2, 3, 3), 7 }, 8);
    send_from_below(
        s, (struct append){ TERM, 1, 4, 2, TERMS(2, 2, 3, 3, 3), 9 }, 9);
    script_await_applied(s, 9,
                         "AppendEntries step 5 (Figure 2, §5.3): "
                         "leader_commit is 9. Entries 7, 8 and 9 came in "
                         "requests that begin below the snapshot");
    for (int index = 7; index <= 9; index++)
        test_check(script_applied_number(s, index) == script_command(index, 3),
                   "Log Matching (Figure 3, §5.3): entries with the same index "
                   "and term store the same command. Server 0 applied at index "
                   "%d the command %d, sent was %d, in a request that begins "
                   "below its snapshot",
                   index, script_applied_number(s, index),
                   script_command(index, 3));
    script_end(s);
}

// ---- Elections ----

// A leader's snapshot replaces the last entry, also after a crash.
LAB_TEST(raft_fig2, 2D_votes_by_the_snapshots_last_entry)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): votes depend on the snapshot's last entry");

    script_install(s, TERM, 5, 4);
    script_check_votes(s, 100, 5, 4);
    script_restart(s);
    script_check_votes(s, 200, 5, 4);
    script_end(s);
}

LAB_TEST(raft_fig2, 2D_candidate_with_only_a_leaders_snapshot)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): a candidate with only a leader's snapshot");

    script_give_log(s, TERM, TERMS(1, 1, 1), 0);
    script_install(s, TERM, 5, 4);
    struct call *call = script_await_vote(s, 1, TERM + 1, STARTS_ELECTION);
    test_check(call->vote->last_log_index == 5 &&
                   call->vote->last_log_term == 4,
               COMPACTION ", for RequestVote (§5.4.1). Server 0 has a leader's "
                          "snapshot up to 5 of term 4 and nothing behind it, "
                          "and stood with a last entry %d of term %d",
               call->vote->last_log_index, call->vote->last_log_term);
    script_elect(s);
    int index = script_propose(s, 77);
    test_check(index == 6,
               COMPACTION ". The next entry after a snapshot up to 5 is 6; "
                          "raft_start said %d",
               index);
    script_end(s);
}
