// Figure 13, line by line: the leader's side of part 2D. When it sends its
// snapshot, and what the reply means (§7).
#include "tests/fig2/steps.h"

#include <string.h>

// Elects the server. Its log begins after a snapshot up to 3 of term 2, and has
// entries 4 and 5.
static int elect_with_snapshot(struct script *s)
{
    script_give_entries(s, 5, 4);
    script_snapshot(s, 3);
    script_await_snapshot(s, 3, 2, COMPACTION);
    return script_elect(s);
}

#define SENDS_SNAPSHOT                                                         \
    "Log compaction (§7): a leader that has discarded the next entry that a " \
    "follower needs sends it the snapshot"

// Answers for a peer with an empty log until the server sends the snapshot.
static struct call *await_snapshot_call(struct script *s, int peer)
{
    return script_acknowledge_before(s, peer, 1, SENDS_SNAPSHOT);
}

// Checks that the request carries the snapshot of elect_with_snapshot.
static void check_request(const InstallSnapshotRequest *request, int term)
{
    int data = -1;
    if (request->data.data_len == sizeof data)
        memcpy(&data, request->data.data_val, sizeof data);
    test_check(request->term == term && request->last_included_index == 3 &&
                   request->last_included_term == 2,
               "InstallSnapshot, arguments (Figure 13): the leader's term, and "
               "index and term of the last entry that the snapshot covers. "
               "Server 0, leader of term %d, sent term %d, %d of term %d, not "
               "3 of term 2",
               term, request->term, request->last_included_index,
               request->last_included_term);
    test_check(data == 3,
               "InstallSnapshot, arguments (Figure 13): data is the snapshot. "
               "Server 0 sent %u bytes which are not those that its service "
               "gave it",
               request->data.data_len);
}

LAB_TEST(raft_fig2, 2D_leader_sends_the_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): a leader sends its snapshot");

    int term = elect_with_snapshot(s);
    struct call *call = await_snapshot_call(s, 1);
    test_check(call->install != NULL,
               SENDS_SNAPSHOT ". Server 0 sent server 1, whose log is empty, "
                              "entries");
    check_request(call->install, term);

    int index = script_propose(s, 77);
    script_answer_as_follower(s, call);
    script_check_not_applied(
        s, 4,
        "Log compaction (§7): a follower that has taken a snapshot holds "
        "what that covers, and no more. Server 1 took one up to 3; "
        "nobody but server 0 holds entry 6");
    script_acknowledge(
        s, 1, index,
        "Log compaction (§7): after the snapshot, the follower needs "
        "the entries behind it");
    test_check(script_peer_number(s, 1, 4) == script_command(4, 2) &&
                   script_peer_number(s, 1, index) == 77,
               "Log Matching (Figure 3, §5.3): server 1 was sent other "
               "commands behind the snapshot than server 0 holds");
    script_await_applied(s, index,
                         "Rules for Servers, Leaders (Figure 2, §5.3, §7): two "
                         "of three hold entry 6");
    script_end(s);
}

// A follower gets what the snapshot covers, with any log below the snapshot.
LAB_TEST(raft_fig2, 2D_follower_behind_the_snapshot_catches_up)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): followers behind the snapshot catch up");

    script_set_log(s, 1, TERMS(1, 1));
    script_set_log(s, 2, TERMS(2, 2));
    elect_with_snapshot(s);
    int index = script_propose(s, 77);
    script_acknowledge(s, 1, index, SENDS_SNAPSHOT);
    script_acknowledge(s, 2, index, SENDS_SNAPSHOT);
    script_await_applied(s, index, MAJORITY ". All three hold entry 6");
    script_end(s);
}

// A leader sends a lost snapshot again.
LAB_TEST(raft_fig2, 2D_lost_snapshots_are_sent_again)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): lost snapshots are sent again");

    elect_with_snapshot(s);
    int index = script_propose(s, 77);
    const char *rule = SENDS_SNAPSHOT ", and again if it gets lost (§5.5)";
    for (int round = 0; round < 3; round++) {
        script_lose_request(s, script_acknowledge_before(s, 1, 1, rule));
        script_answer_waiting(s, 2);
    }
    script_acknowledge(s, 1, index, rule);
    script_end(s);
}

// The leader may have only a snapshot of the conflicting term that a follower
// names.
LAB_TEST(raft_fig2, 2D_conflict_below_the_snapshot)
{
    struct script *s = script_begin(
        7, "Test (fig2 2D): a conflict that lies below the snapshot");

    script_give_log(s, TERM, TERMS(1, 1, 2, 2, 4), 4);
    script_snapshot(s, 3);
    script_await_snapshot(s, 3, 2, COMPACTION);
    script_set_log(s, 1, TERMS(1, 1, 1, 1, 1));
    script_set_log(s, 2, TERMS(1, 1));
    script_set_log(s, 3, TERMS(1, 1, 2, 3, 3, 3, 3));
    script_elect(s);
    int index = script_propose(s, 77);
    for (int peer = 1; peer <= 3; peer++)
        script_acknowledge(s, peer, index,
                           BACKS_UP
                           ". A conflict_term that the leader's log does "
                           "not go back to is one that its snapshot covers "
                           "(§7). Server 0's log begins behind a snapshot "
                           "up to 3 of term 2; the followers' logs have "
                           "the terms 1 1 1 1 1, 1 1, and 1 1 2 3 3 3 3");
    script_await_applied(s, index, MAJORITY ". Four of seven hold entry 6");
    script_end(s);
}

// ---- The reply ----

// A reply belongs to the snapshot that was sent. The server has a newer one by
// now.
LAB_TEST(raft_fig2, 2D_answer_is_to_the_snapshot_that_was_sent)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): the answer is to the snapshot that was sent");

    elect_with_snapshot(s);
    struct call *call = await_snapshot_call(s, 1);
    int index = script_propose(s, 77);
    script_acknowledge(s, 2, index, SENDS);
    script_await_applied(s, index, MAJORITY ". Two of three hold entry 6");
    struct saved saved = script_saved(s);
    script_snapshot(s, index);
    script_await_snapshot(s, index, saved.term_at[index], COMPACTION);
    script_answer_as_follower(s, call);
    index = script_propose(s, 78);
    script_acknowledge(
        s, 1, index,
        "Log compaction (§7): a follower that has taken a snapshot "
        "holds what that covers, and no more. Server 1 answered an "
        "InstallSnapshot up to 3; before its answer came, server 0 "
        "had made a snapshot up to 6, which server 1 lacks");
    script_end(s);
}

// A follower refuses the snapshot of an older leader. The reply shows that only
// by its term, and the server knows the term already: it leads again, in a
// newer one.
LAB_TEST(raft_fig2, 2D_answer_of_an_older_term)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): an answer of an older term");

    int old_term = elect_with_snapshot(s);
    struct call *old = await_snapshot_call(s, 1);
    int refusing_term = old_term + 1;
    script_append(s, (struct append){ .term = refusing_term,
                                      .leader = 2,
                                      .prev_index = 5,
                                      .prev_term = 2 });
    script_elect(s);
    script_answer_install(s, old, refusing_term);
    int index = script_propose(s, 77);
    script_acknowledge(
        s, 1, index,
        "Rules for Servers, Leaders (Figure 2, §5.1, §7): a reply "
        "counts in the term of its request. Server 1, in a newer "
        "term, refused the InstallSnapshot of an old one, and has "
        "nothing; when its reply came, server 0 led again");
    script_await_applied(s, index, MAJORITY ". Two of three hold entry 6");
    script_end(s);
}

LAB_TEST(raft_fig2, 2D_newer_term_in_the_reply_to_a_snapshot)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): a newer term in the reply to a snapshot");

    int term = elect_with_snapshot(s);
    struct call *call = await_snapshot_call(s, 1);
    script_answer_install(s, call, term + 100);
    script_check_deposed(s, term + 100, "a reply to its InstallSnapshot");
    script_end(s);
}

// Nothing waits for a follower that has not answered yet.
LAB_TEST(raft_fig2, 2D_snapshot_under_way_holds_nothing_up)
{
    struct script *s = script_begin(
        3, "Test (fig2 2D): a snapshot under way holds nothing up");

    elect_with_snapshot(s);
    await_snapshot_call(s, 1);
    int index = script_propose(s, 77);
    script_acknowledge(
        s, 2, index,
        "Rules for Servers, Leaders (Figure 2, §5.3): send "
        "AppendEntries to each follower. Server 1 has not answered "
        "its InstallSnapshot yet, server 2 answers all");
    script_await_applied(s, index,
                         "Rules for Servers, Leaders (Figure 2, §5.3): two of "
                         "three hold the entry");
    script_request_vote(s, 1, 2, 0, 0);
    script_end(s);
}
