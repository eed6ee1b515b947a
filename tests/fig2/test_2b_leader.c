// Figure 2, line by line: the leader's side of part 2B. It sends entries and
// backs up (§5.3), and commits entries (§5.4.2).
#include "tests/fig2/steps.h"

// ---- Starting and sending ----

LAB_TEST(raft_fig2, 2B_start_tells_index_and_term)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): raft_start tells index and term");

    script_give_log(s, TERM, TERMS(1, 1, 2), 0);
    int leader_term = script_elect(s);
    for (int expected = 4; expected <= 6; expected++) {
        int index = 0, term = 0;
        script_start(s, expected, &index, &term);
        test_check(index == expected && term == leader_term,
                   "Rules for Servers, Leaders (Figure 2, §5.3): append the "
                   "entry to the local log. Server 0, leader of term %d, "
                   "should have put the command at index %d; raft_start says "
                   "index %d, term %d",
                   leader_term, expected, index, term);
    }
    script_end(s);
}

// A follower receives the leader's entries with their commands.
LAB_TEST(raft_fig2, 2B_followers_get_the_entries)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): followers get the entries");

    script_give_log(s, TERM, TERMS(1, 2), 0);
    script_elect(s);
    for (int index = 3; index <= 8; index++)
        script_propose(s, index);
    script_acknowledge(s, 1, 8, SENDS);
    for (int index = 1; index <= 8; index++) {
        int expected = index <= 2 ? script_command(index, index) : index;
        test_check(script_peer_number(s, 1, index) == expected,
                   "Log Matching (Figure 3, §5.3): entries with the same index "
                   "and term store the same command. Server 1 was sent the "
                   "command %d at index %d; it should be %d",
                   script_peer_number(s, 1, index), index, expected);
    }
    script_end(s);
}

// The first AppendEntries of a leader to each follower has the leader's last
// entry as previous entry.
static void check_first_append(struct script *s, int leader_term, int index,
                               int entry_term)
{
    for (int peer = 1; peer < 3; peer++) {
        struct call *call = script_await_append(
            s, peer, leader_term,
            "Rules for Servers, Leaders (Figure 2, §5.2): upon election, send "
            "AppendEntries RPCs to each server");
        const AppendEntriesRequest *request = call->append;
        test_check(request->term == leader_term,
                   "AppendEntries (Figure 2): term is the leader's term. "
                   "Server 0, leader of term %d, sent term %d",
                   leader_term, request->term);
        test_check(request->prev_log_index == index &&
                       request->prev_log_term == entry_term,
                   "State (Figure 2): next_index is initialised to the "
                   "leader's last log index + 1, after each election, and "
                   "prev_log_index and prev_log_term are of the entry before. "
                   "Server 0's last entry is %d of term %d; its first "
                   "AppendEntries to server %d had %d of term %d",
                   index, entry_term, peer, request->prev_log_index,
                   request->prev_log_term);
    }
}

LAB_TEST(raft_fig2, 2B_next_index_begins_behind_the_log)
{
    struct script *s = script_begin(
        3, "Test (fig2 2B): next_index begins behind the leader's log");

    script_give_log(s, TERM, TERMS(1, 2, 4), 0);
    int term = script_elect(s);
    check_first_append(s, term, 3, 4);

    // Another leader adds two entries; then the server leads again.
    term++;
    script_append(s, (struct append){ term, 1, 3, 4, TERMS(term, term), 0 });
    check_first_append(s, script_elect(s), 5, term);
    script_end(s);
}

#define RETRIES                                                                \
    "Log replication (§5.3): if packets are lost, the leader retries "        \
    "AppendEntries RPCs indefinitely, until all followers store all entries"

// A leader sends lost entries again, until they arrive.
LAB_TEST(raft_fig2, 2B_lost_entries_are_sent_again)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): lost entries are sent again");

    script_elect(s);
    int index = script_propose(s, 77);
    const char *rule = RETRIES ". What carried entry 1 to server 1 got lost";
    for (int round = 0; round < 3; round++) {
        script_lose_request(s, script_acknowledge_before(s, 1, index, rule));
        script_answer_waiting(s, 2);
    }
    script_acknowledge(s, 1, index, rule);
    script_end(s);
}

// ---- Backing up ----

// Figure 7: whatever a follower's log is, it becomes the leader's.
LAB_TEST(raft_fig2, 2B_figure_7)
{
    struct script *s =
        script_begin(7, "Test (fig2 2B): the followers of Figure 7");

    script_give_log(s, 6, TERMS(1, 1, 1, 4, 4, 5, 5, 6, 6, 6), 0);
    script_heartbeat(s, 7);
    // Peers 1 to 3 can vote for the server: their logs are not more up-to-date.
    script_set_log(s, 1, TERMS(1, 1, 1, 4, 4, 5, 5, 6, 6));           // (a)
    script_set_log(s, 2, TERMS(1, 1, 1, 4));                          // (b)
    script_set_log(s, 3, TERMS(1, 1, 1, 4, 4, 4, 4));                 // (e)
    script_set_log(s, 4, TERMS(1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3));     // (f)
    script_set_log(s, 5, TERMS(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6));     // (c)
    script_set_log(s, 6, TERMS(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7));  // (d)

    script_elect(s);
    int index = script_propose(s, 77);
    for (int peer = 1; peer < 7; peer++) {
        script_acknowledge(s, peer, index, BACKS_UP);
        test_check(script_peer_number(s, peer, index) == 77,
                   SENDS ". Server 0 started the command 77 at index %d; "
                         "server %d was sent %d there",
                   index, peer, script_peer_number(s, peer, index));
    }
    script_await_applied(
        s, index,
        MAJORITY ". All six followers of Figure 7 hold the leader's entry");
    script_end(s);
}

// A follower with an empty log, and one whose log has nothing in common.
LAB_TEST(raft_fig2, 2B_backs_up_to_the_beginning)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): backs up to the beginning");

    script_give_log(s, TERM, TERMS(2, 2, 4, 4), 0);
    script_set_log(s, 2, TERMS(1, 1, 1, 3, 3, 5));
    script_elect(s);
    int index = script_propose(s, 77);
    script_acknowledge(s, 1, index, BACKS_UP);
    script_acknowledge(s, 2, index, BACKS_UP);
    script_end(s);
}

// Rejections that come late and together move next_index neither below 1 nor
// into an endless loop.
LAB_TEST(raft_fig2, 2B_late_rejections)
{
    struct script *s = script_begin(3, "Test (fig2 2B): late rejections");

    script_give_log(s, TERM, TERMS(4), 0);
    int term = script_elect(s);
    struct call *late[4];
    for (int k = 0; k < 4; k++) {
        late[k] = script_await_append(s, 1, term, HEARTBEATS);
        script_answer_waiting(s, 2);
    }
    script_refuse_as_empty(s, late[0]);
    script_refuse_as_empty(s, late[1]);
    script_acknowledge(s, 1, 1, BACKS_UP);
    script_refuse_as_empty(s, late[2]);
    script_refuse_as_empty(s, late[3]);
    int index = script_propose(s, 77);
    const char *rule = BACKS_UP ". Rejections of the first heartbeats came "
                                "late, when entry 1 had been taken";
    script_acknowledge(s, 1, index, rule);
    script_await_applied(s, index, rule);
    script_end(s);
}

// ---- Commitment ----

// Two servers of five hold it: not committed. Three hold it: committed.
LAB_TEST(raft_fig2, 2B_commit_needs_a_majority)
{
    struct script *s =
        script_begin(5, "Test (fig2 2B): a commit needs a majority");

    script_elect(s);
    int index = script_propose(s, 77);
    script_acknowledge(s, 1, index, SENDS);
    script_check_not_applied(
        s, 0, MAJORITY ". Only servers 0 and 1 of five hold entry 1");
    script_acknowledge(s, 2, index, SENDS);
    script_await_applied(s, index, MAJORITY ". Three of five hold entry 1");
    test_check(script_applied_number(s, index) == 77,
               "Rules for Servers, All Servers (Figure 2, §5.3): apply "
               "log[last_applied] to the state machine. Server 0 applied "
               "command %d at index %d, started was 77",
               script_applied_number(s, index), index);
    script_end(s);
}

// Two servers of four are half, and no majority.
LAB_TEST(raft_fig2, 2B_half_is_no_majority)
{
    struct script *s = script_begin(4, "Test (fig2 2B): half is no majority");

    script_elect(s);
    int index = script_propose(s, 77);
    script_acknowledge(s, 3, index, SENDS);
    script_check_not_applied(
        s, 0, MAJORITY ". Only servers 0 and 3 of four hold entry 1");
    script_acknowledge(s, 1, index, SENDS);
    script_await_applied(s, index, MAJORITY ". Three of four hold entry 1");
    script_end(s);
}

// Followers learn that an entry is committed, although no other command comes.
LAB_TEST(raft_fig2, 2B_followers_are_told_the_commit)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): followers are told what is committed");

    int term = script_elect(s);
    int index = script_propose(s, 77);
    script_acknowledge(s, 1, index, SENDS);
    script_await_applied(s, index, MAJORITY ". Two of three hold entry 1");
    int told = 0;
    for (int k = 0; k < 20 && told < index; k++) {
        struct call *call = script_await_append(
            s, 1, term,
            "AppendEntries (Figure 2): leader_commit is the leader's "
            "commit_index");
        told = call->append->leader_commit;
        script_answer_as_follower(s, call);
    }
    test_check(told == index,
               "AppendEntries (Figure 2): leader_commit is the leader's "
               "commit_index. Server 0 has committed entry %d; twenty "
               "AppendEntries later leader_commit is still %d",
               index, told);
    script_end(s);
}

// Checks the leader_commit of the request that brings this peer entry 1, and
// answers it.
static void check_uncommitted(struct script *s, int peer, int n_holders)
{
    struct call *call = script_acknowledge_before(s, peer, 1, SENDS);
    test_check(call->append->leader_commit == 0,
               "AppendEntries (Figure 2): leader_commit is the leader's "
               "commit_index, which is not the end of its log. %d of five "
               "servers hold entry 1, so nothing is committed; server 0 sent "
               "server %d leader_commit %d",
               n_holders, peer, call->append->leader_commit);
    script_answer_as_follower(s, call);
}

// A leader does not tell its followers that an entry is committed before a
// majority holds it.
LAB_TEST(raft_fig2, 2B_followers_are_not_told_too_soon)
{
    struct script *s = script_begin(
        5, "Test (fig2 2B): followers are told only what is committed");

    script_elect(s);
    script_propose(s, 77);
    check_uncommitted(s, 1, 1);
    check_uncommitted(s, 2, 2);
    script_await_applied(s, 1, MAJORITY ". Three of five hold entry 1");
    script_propose(s, 78);
    struct call *call = script_acknowledge_before(s, 3, 2, SENDS);
    test_check(call->append->leader_commit <= 1,
               "AppendEntries (Figure 2): leader_commit is the leader's "
               "commit_index, which is not the end of its log. Only server 0 "
               "holds entry 2; it sent server 3 leader_commit %d",
               call->append->leader_commit);
    script_end(s);
}

// Figure 8, (c) and (e): counting replicas does not commit an entry of an older
// term. An entry of the leader's own term commits it.
LAB_TEST(raft_fig2, 2B_figure_8)
{
    struct script *s = script_begin(5, "Test (fig2 2B): Figure 8");

    script_give_log(s, 3, TERMS(1, 2), 0);
    int term = script_elect(s);
    script_acknowledge(s, 1, 2, SENDS);
    script_acknowledge(s, 2, 2, SENDS);
    script_check_not_applied(
        s, 0,
        "Rules for Servers, Leaders (Figure 2, §5.4.2, Figure 8): only if "
        "log[N].term == current_term, set commit_index = N. Three of five hold "
        "entry 2 of term 2, but the leader's term is newer, and a server whose "
        "last entry is of term 3 could still be elected and overwrite it");

    int index = script_propose(s, 77);
    script_acknowledge(s, 1, index, SENDS);
    script_acknowledge(s, 2, index, SENDS);
    script_check_leads(s, term);
    script_await_applied(
        s, index,
        "Committing entries from previous terms (§5.4.2): once an entry of the "
        "current term has been committed, all before it are, too. Three of "
        "five hold entry 3 of the leader's term, and 1 and 2 before it");
    script_end(s);
}

// ---- A deposed leader ----

// Entries that a deposed leader appended go when the new leader's log differs.
LAB_TEST(raft_fig2, 2B_deposed_leader_follows)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): a deposed leader's entries go");

    int term = script_elect(s) + 1;
    script_propose(s, 71);
    script_propose(s, 72);
    AppendEntriesResponse response =
        script_append(s, (struct append){ term, 1, 0, 0, TERMS(term), 0 });
    test_check(response.success && !script_holds(s, 2, term - 1),
               "AppendEntries step 3 (Figure 2, §5.3): if an existing entry "
               "conflicts with a new one, delete it and all that follow it. "
               "Server 0 had started entries 1 and 2 as leader of term %d; the "
               "leader of term %d sent its own entry 1, success %s",
               term - 1, term, response.success ? "true" : "false");
    script_append(s,
                  (struct append){ script_new_term(s), 1, 1, term, { 0 }, 1 });
    script_await_applied(s, 1,
                         "AppendEntries step 5 (Figure 2, §5.3): leader_commit "
                         "is 1");
    test_check(script_applied_number(s, 1) == script_command(1, term),
               "State Machine Safety (Figure 3, §5.4.3): no other server "
               "applies a different entry for an index. Server 0 applied its "
               "own command %d, not that of the leader of term %d",
               script_applied_number(s, 1), term);
    script_end(s);
}

// A leader that is deposed by a candidate it cannot vote for starts its own
// election timer again.
LAB_TEST(raft_fig2, 2B_deposed_leader_stands_again)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): a deposed leader stands again");

    script_give_log(s, TERM, TERMS(1), 0);
    int newer = script_elect(s) + 100;
    RequestVoteResponse vote = script_request_vote(s, newer, 2, 0, 0);
    if (!script_ignores(vote, newer)) {
        script_check_deposed(s, newer, "a RequestVote");
        script_await_vote(s, 1, newer + 1,
                          STARTS_ELECTION
                          ". It led, was deposed by a RequestVote that "
                          "it refused, and has heard of nobody since");
    }
    script_end(s);
}
