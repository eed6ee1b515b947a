// Figure 2, line by line: the follower's side of part 2B. The log, the
// consistency check, commitment (§5.3), and voting (§5.4.1).
#include "tests/fig2/steps.h"

#include <stdio.h>

#define SUCCESS(response) ((response).success ? "true" : "false")

// ---- The up-to-date check ----

// Requests votes with a last entry that is older, the same or newer, by term
// and by index: nine combinations, each in a new term.
LAB_TEST(raft_fig2, 2B_votes_by_the_last_entry)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): votes depend on the last entry");

    script_give_log(s, TERM, TERMS(1, 2, 4, 4), 0);
    script_check_votes(s, 100, 4, 4);
    script_end(s);
}

// A candidate sends the index and term of its last entry.
LAB_TEST(raft_fig2, 2B_candidate_tells_its_last_entry)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): a candidate tells its last entry");

    script_give_log(s, TERM, TERMS(1, 2, 4), 1);
    struct call *call = script_await_vote(
        s, 1, TERM + 1,
        "Rules for Servers, Followers (Figure 2, §5.2): if the election "
        "timeout elapses, convert to candidate");
    test_check(call->vote->last_log_index == 3 &&
                   call->vote->last_log_term == 4,
               "RequestVote (Figure 2, §5.4.1): last_log_index and "
               "last_log_term are those of the candidate's last entry. Server "
               "0, whose last entry is 3 of term 4, sent %d and %d",
               call->vote->last_log_index, call->vote->last_log_term);
    script_end(s);
}

static void ask_with_old_log(struct script *s, int k)
{
    script_request_vote(s, TERM + 1 + k, 2, 0, 0);
}

// A server with an old log starts election after election. It cannot win, and
// it must not keep the others from trying.
LAB_TEST(raft_fig2, 2B_hopeless_candidates_do_not_put_off_elections)
{
    struct script *s = script_begin(
        3, "Test (fig2 2B): hopeless candidates do not put elections off");

    script_give_log(s, TERM, TERMS(1), 0);
    script_check_starts_election(
        s, TERM + 1, ask_with_old_log,
        "Rules for Servers, Followers (Figure 2, §5.2): only granting a vote "
        "restarts the election timer, neither being asked for one nor a newer "
        "term does. Server 2 stood in a new term each time, with an empty log; "
        "server 0's log has an entry");
    script_end(s);
}

// ---- The consistency check ----

#define STEP_2                                                                 \
    "AppendEntries step 2 (Figure 2, §5.3): reply false if the log does not " \
    "contain an entry at prev_log_index whose term matches prev_log_term"

#define STAYS                                                                  \
    "AppendEntries step 3 (Figure 2, §5.3): an entry that does not conflict " \
    "must stay"

// Gives the server a log with the terms 1 1 2, as one leader, because an
// earlier question may have truncated it. Then asks as another leader.
static bool holds_after_reset(struct script *s, int index, int entry_term)
{
    script_give_log(s, script_new_term(s), TERMS(1, 1, 2), 0);
    return script_holds(s, index, entry_term);
}

// Offers the server, whose log has the terms 1 1 2, an entry of this term.
static AppendEntriesResponse offer_behind(struct script *s, int prev_index,
                                          int prev_term, int entry_term)
{
    script_give_log(s, script_new_term(s), TERMS(1, 1, 2), 0);
    return script_append(s, (struct append){ script_new_term(s), 1, prev_index,
                                             prev_term, TERMS(entry_term), 0 });
}

// The check applies to a heartbeat, too. The log is given once, so that a
// server that appends an entry twice passes here.
LAB_TEST(raft_fig2, 2B_heartbeats_check_the_entry_before)
{
    struct script *s = script_begin(
        3, "Test (fig2 2B): heartbeats check the entry before, too");

    script_give_log(s, TERM, TERMS(1, 1, 2), 0);
    test_check(!script_holds(s, 4, 2),
               STEP_2 ". This holds for a heartbeat, too. Server 0, whose log "
                      "has the terms 1 1 2, answered a heartbeat with "
                      "prev_log_index 4 of term 2 by success true");
    script_end(s);
}

// The same request twice, and one that overlaps, append each entry once.
LAB_TEST(raft_fig2, 2B_entries_are_appended_once)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): entries are appended once");

    script_give_log(s, TERM, TERMS(1, 2), 0);
    script_append(s, (struct append){ TERM, 1, 0, 0, TERMS(1, 2), 0 });
    test_check(!script_holds(s, 3, 1),
               "AppendEntries step 4 (Figure 2, §5.3): append any new entries "
               "not already in the log. Server 0 was sent entries 1..2 twice, "
               "and has appended them twice");
    int term = script_new_term(s);
    script_append(s, (struct append){ term, 1, 1, 1, TERMS(2, 2), 0 });
    script_append(s, (struct append){ term, 1, 1, 1, TERMS(2, 2, 3), 0 });
    test_check(!script_holds(s, 5, 3) && !script_holds(s, 5, 2),
               "AppendEntries step 4 (Figure 2, §5.3): append any new entries "
               "not already in the log. Server 0 was sent entries 1..4 in "
               "requests that overlap, and has an entry 5");
    term = script_new_term(s);
    script_append(s, (struct append){ term, 1, 4, 3, { 0 }, 4 });
    script_await_applied(s, 4,
                         "AppendEntries step 4 (Figure 2, §5.3): append any "
                         "new entries not already in the log. Entries 1..4 "
                         "came in requests that overlap, leader_commit is 4");
    const int terms[] = { 1, 2, 2, 3 };
    for (int index = 1; index <= 4; index++)
        test_check(script_applied_number(s, index) ==
                       script_command(index, terms[index - 1]),
                   "Log Matching (Figure 3, §5.3): entries with the same index "
                   "and term store the same command. Server 0 applied at "
                   "index %d the command %d, sent was %d",
                   index, script_applied_number(s, index),
                   script_command(index, terms[index - 1]));
    script_end(s);
}

// For a heartbeat, the previous entry must exist and have the same term.
LAB_TEST(raft_fig2, 2B_entry_before_must_match)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): the entry before must match");

    const struct {
        int index, term;
        bool is_there;
    } cases[] = { { 0, 0, true },  { 1, 1, true },  { 2, 1, true },
                  { 3, 2, true },  { 1, 2, false }, { 2, 2, false },
                  { 3, 1, false }, { 3, 3, false }, { 4, 2, false },
                  { 4, 6, false }, { 9, 2, false } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        bool holds = holds_after_reset(s, cases[k].index, cases[k].term);
        test_check(holds || !cases[k].is_there,
                   STAYS ", and with a heartbeat nothing conflicts. Server 0 "
                         "was given a log with the terms 1 1 2; now it answers "
                         "a heartbeat with prev_log_index %d of term %d by "
                         "success false",
                   cases[k].index, cases[k].term);
        test_check(!holds || cases[k].is_there,
                   STEP_2 ". This holds for a heartbeat, too. Server 0, whose "
                          "log has the terms 1 1 2, answered a heartbeat with "
                          "prev_log_index %d of term %d by success true",
                   cases[k].index, cases[k].term);
    }
    script_end(s);
}

// The same holds for entries.
LAB_TEST(raft_fig2, 2B_entry_before_new_ones_must_match)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): the entry before new ones must match");

    AppendEntriesResponse gap = offer_behind(s, 4, 2, 2);
    AppendEntriesResponse other = offer_behind(s, 3, 3, 3);
    test_check(!gap.success && !other.success,
               STEP_2 ". Server 0, whose log has the terms 1 1 2, took an "
                      "entry behind index %d of term %d",
               gap.success ? 4 : 3, gap.success ? 2 : 3);
    test_check(!script_holds(s, 4, 3),
               STEP_2 ". Server 0 refused entry 4 of term 3 and has stored it "
                      "all the same");
    script_end(s);
}

// A heartbeat that does not match commits nothing.
LAB_TEST(raft_fig2, 2B_refused_heartbeats_commit_nothing)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): refused heartbeats commit nothing");

    script_give_log(s, TERM, TERMS(1, 1, 2), 0);
    script_append(s, (struct append){ .term = TERM + 1,
                                      .leader = 2,
                                      .prev_index = 3,
                                      .prev_term = 3,
                                      .commit = 3 });
    script_check_not_applied(
        s, 0,
        STEP_2 ", and do nothing else. The heartbeat had prev_log_index "
               "3 of term 3 and leader_commit 3; server 0's entry 3 is "
               "of term 2");
    script_end(s);
}

// ---- Storing entries ----

// A conflicting entry and all that follow it go; the entries before it stay.
LAB_TEST(raft_fig2, 2B_conflicting_entries_go)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): conflicting entries go");

    script_give_log(s, TERM, TERMS(1, 1, 1, 1, 1), 0);
    AppendEntriesResponse response =
        script_append(s, (struct append){ TERM + 1, 2, 1, 1, TERMS(1, 2), 0 });
    test_check(response.success, STEP_2 ". Entry 1 of term 1 is there, and "
                                        "server 0 refused");
    test_check(!script_holds(s, 4, 1) && !script_holds(s, 5, 1),
               "AppendEntries step 3 (Figure 2, §5.3): if an existing entry "
               "conflicts with a new one, delete it and all that follow it. "
               "Server 0 held entries 1..5 of term 1 and was sent entry 3 of "
               "term 2; now it still has one of term 1 behind that");
    test_check(script_holds(s, 3, 2),
               "AppendEntries step 4 (Figure 2, §5.3): append any new entries "
               "not already in the log. Server 0 held entries 1..5 of term 1 "
               "and acknowledged entry 3 of term 2; it does not hold it");
    test_check(script_holds(s, 2, 1),
               "AppendEntries step 3 (Figure 2, §5.3): an entry that does not "
               "conflict stays. Server 0 was sent entries 2 (the same as its "
               "own) and 3 (another); entry 2 is gone");
    script_end(s);
}

// Acknowledged entries stay when an older, shorter request comes late.
LAB_TEST(raft_fig2, 2B_matching_entries_stay)
{
    struct script *s = script_begin(3, "Test (fig2 2B): matching entries stay");

    script_give_log(s, TERM, TERMS(2, 2, 2, 2, 2), 0);
    AppendEntriesResponse shorter =
        script_append(s, (struct append){ TERM, 1, 0, 0, TERMS(2, 2), 0 });
    test_check(shorter.success, STAYS ". Server 0 held 1..5 (term 2), and "
                                      "refused entries 1..2 of term 2");
    test_check(script_holds(s, 5, 2),
               STAYS ". Server 0 held 1..5 (term 2); it was sent entries 1..2 "
                     "of term 2 again, and now refuses prev_log_index 5");
    script_holds(s, 3, 2);
    test_check(script_holds(s, 5, 2),
               STAYS ". Server 0 held 1..5 (term 2); then a heartbeat came "
                     "with prev_log_index 3, and now it refuses "
                     "prev_log_index 5");
    script_end(s);
}

// ---- Commitment ----

#define STEP_5                                                                  \
    "AppendEntries step 5 (Figure 2, §5.3): if leader_commit > commit_index, " \
    "set commit_index = min(leader_commit, index of last new entry)"

// A follower applies what is committed, and no more, as soon as it learns of
// it.
LAB_TEST(raft_fig2, 2B_leader_commit_is_followed)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): leader_commit is followed");

    script_give_log(s, TERM, TERMS(1, 1, 2), 2);
    script_check_not_applied(s, 2, STEP_5 ". It was 2");
    script_append(s, (struct append){ .term = TERM,
                                      .leader = 1,
                                      .prev_index = 3,
                                      .prev_term = 2,
                                      .commit = 3 });
    script_await_applied(s, 3, STEP_5 ". A heartbeat says 3");
    script_end(s);
}

// Entries after those that the request covers may come from an older leader.
LAB_TEST(raft_fig2, 2B_commit_ends_at_the_last_new_entry)
{
    struct script *s = script_begin(
        3, "Test (fig2 2B): commit_index ends at the last new entry");

    script_give_log(s, TERM - 1, TERMS(1, 1, 1, 1, 1), 0);
    script_append(s, (struct append){ TERM, 1, 0, 0, .entries = TERMS(1, 1),
                                      .commit = 4 });
    script_await_applied(s, 2, STEP_5 ". Entries 1..2 came, leader_commit 4");
    script_append(
        s, (struct append){ TERM, 1, 3, 1, .entries = { 0 }, .commit = 4 });
    script_check_not_applied(
        s, 3,
        STEP_5 ". Server 0 holds entries 1..5 of term 1. It was told "
               "leader_commit 4 with entries 1..2, then with a heartbeat "
               "behind entry 3: nobody vouches for entry 4");
    script_append(s, (struct append){ TERM, 1, 3, 1, .entries = TERMS(2, 2),
                                      .commit = 4 });
    script_await_applied(
        s, 4, STEP_5 ". Entries 4 and 5 of term 2 came, leader_commit 4");
    test_check(script_applied_number(s, 4) == script_command(4, 2),
               STEP_5 ". Entry 4 of term 2 came and took the old one's place; "
                      "server 0 applied the command %d there, not %d",
               script_applied_number(s, 4), script_command(4, 2));
    script_end(s);
}

// leader_commit may be lower in an old request, or from a new leader.
LAB_TEST(raft_fig2, 2B_commit_never_goes_back)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): commit_index never goes back");

    script_give_log(s, TERM, TERMS(1, 1, 2), 3);
    for (int commit = 0; commit <= 3; commit++)
        script_append(s, (struct append){ TERM, 1, 3, 2, { 0 }, commit });
    script_append(s, (struct append){ TERM, 1, 3, 2, TERMS(3), 1 });
    script_append(s, (struct append){ TERM, 1, 4, 3, { 0 }, 4 });
    // An index that is applied twice fails the test elsewhere.
    script_await_applied(s, 4,
                         "State (Figure 2): commit_index increases "
                         "monotonically. leader_commit was 3, then 0, 1, 2, 3, "
                         "1 and 4");
    script_end(s);
}

// A refused leader of an older term neither appends nor commits.
LAB_TEST(raft_fig2, 2B_old_leaders_change_nothing)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): old leaders change nothing");

    script_give_log(s, TERM, TERMS(1, 1), 0);
    AppendEntriesResponse response =
        script_append(s, (struct append){ TERM - 1, 2, 1, 1, TERMS(3, 3), 3 });
    test_check(!response.success && script_holds(s, 2, 1) &&
                   !script_holds(s, 3, 3),
               "AppendEntries step 1 (Figure 2, §5.1): reply false if term < "
               "current_term, and leave the log alone. Server 0, in term %d, "
               "was sent entries by the leader of term %d: success %s",
               TERM, TERM - 1, SUCCESS(response));
    script_check_not_applied(s, 0,
                             "AppendEntries step 1 (Figure 2, §5.1): reply "
                             "false if term < current_term. A leader of an old "
                             "term sent leader_commit 3");
    script_end(s);
}

// ---- raft_start ----

// Only a leader accepts commands.
LAB_TEST(raft_fig2, 2B_start_is_for_leaders)
{
    struct script *s = script_begin(3, "Test (fig2 2B): only leaders start");

    script_give_log(s, TERM, TERMS(1, 1), 0);
    int index = -7, term = -7;
    bool by_follower = script_start(s, 77, &index, &term);
    script_await_vote(s, 1, TERM + 1,
                      "Rules for Servers, Followers (Figure 2, §5.2): if the "
                      "election timeout elapses, convert to candidate");
    bool by_candidate = script_start(s, 77, &index, &term);
    int old_term = script_elect(s);
    script_heartbeat(s, old_term + 1);
    bool by_deposed = script_start(s, 77, &index, &term);

    test_check(!by_follower && !by_candidate && !by_deposed,
               "Rules for Servers, Leaders (Figure 2, §5.3): leaders append "
               "commands from clients, others do not (raft.h). Server 0 took "
               "one as %s",
               by_follower    ? "a follower"
               : by_candidate ? "a candidate"
                              : "a deposed leader");
    test_check(index == -7 && term == -7,
               "raft.h: raft_start that returns false leaves index and term "
               "untouched. Server 0 set them to %d and %d",
               index, term);
    script_end(s);
}
