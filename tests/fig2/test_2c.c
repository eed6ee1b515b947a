// Figure 2, line by line: part 2C. A server saves its state in time ("updated
// on stable storage before responding to RPCs"), and restores it; and a leader
// backs up faster with the followers' hints (§5.3).
#include "tests/fig2/steps.h"

#define SAVED                                                                  \
    "State (Figure 2): persistent state is updated on stable storage before "  \
    "responding to RPCs"

// Returns what is saved; fails the test if nothing is.
static struct saved saved(struct script *s)
{
    struct saved saved = script_saved(s);
    test_check(saved.is_valid, SAVED ". Server 0 has saved nothing");
    return saved;
}

// ---- Before the reply ----

LAB_TEST(raft_fig2, 2C_votes_are_saved)
{
    struct script *s = script_begin(3, "Test (fig2 2C): votes are saved");

    script_request_vote(s, 4, 2, 0, 0);
    struct saved after = saved(s);
    test_check(after.term == 4 && after.voted_for == 2,
               SAVED ": current_term and voted_for. Server 0 has granted its "
                     "vote in term 4 to server 2; saved are term %d and "
                     "voted_for %d",
               after.term, after.voted_for);
    script_restart(s);
    RequestVoteResponse other = script_request_vote(s, 4, 1, 0, 0);
    RequestVoteResponse again = script_request_vote(s, 4, 2, 0, 0);
    test_check(
        !other.vote_granted,
        "RequestVote step 2 (Figure 2, §5.2): one vote a term, also "
        "across a crash. Server 0 voted for server 2 in term 4, crashed, "
        "and voted for server 1 in term 4");
    test_check(again.vote_granted,
               "RequestVote step 2 (Figure 2, §5.2): if voted_for is the "
               "candidate, grant vote. Server 0 voted for server 2 in term 4, "
               "crashed, and refused server 2");
    script_end(s);
}

LAB_TEST(raft_fig2, 2C_terms_are_saved)
{
    struct script *s = script_begin(3, "Test (fig2 2C): terms are saved");

    script_request_vote(s, 3, 2, 0, 0);
    script_heartbeat(s, 5);
    struct saved by_append = saved(s);
    test_check(by_append.term == 5 && by_append.voted_for == NOBODY,
               SAVED ". Server 0, which had voted for server 2 in term 3, has "
                     "answered a heartbeat of term 5; saved are term %d and "
                     "voted_for %d, not 5 and NOBODY",
               by_append.term, by_append.voted_for);
    script_append(s, (struct append){ TERM, 1, 0, 0, TERMS(1), 0 });
    script_request_vote(s, 8, 2, 0, 0);
    struct saved by_vote = saved(s);
    test_check(by_vote.term == 8 && by_vote.voted_for == NOBODY,
               SAVED ". Server 0 has refused its vote in term 8, which was new "
                     "to it; saved are term %d and voted_for %d, not 8 and "
                     "NOBODY",
               by_vote.term, by_vote.voted_for);
    script_append(s, (struct append){ 9, 1, 7, 7, TERMS(9), 0 });
    struct saved by_refusal = saved(s);
    test_check(by_refusal.term == 9,
               SAVED ". Server 0 has refused entries of a leader of term 9, "
                     "which was new to it; saved is term %d",
               by_refusal.term);
    script_restart(s);
    test_check(script_term(s) >= 9,
               "State (Figure 2): current_term is the latest term the server "
               "has seen. Server 0 was in term 9, crashed, and is in term %d",
               script_term(s));
    script_end(s);
}

// Waits until the server is in this term. It must have saved the term then.
static void check_reply_saved(struct script *s, int term, const char *what)
{
    test_check(script_reaches_term(s, term),
               "Rules for Servers, All Servers (Figure 2, §5.1): if an RPC "
               "response contains a newer term, set current_term. Server 0 got "
               "%s of term %d, and is in term %d",
               what, term, script_term(s));
    struct saved after = saved(s);
    test_check(after.term >= term,
               SAVED ". A newer term is to be saved wherever it is seen first: "
                     "server 0 got %s of term %d; saved is term %d",
               what, term, after.term);
}

LAB_TEST(raft_fig2, 2C_terms_in_replies_are_saved)
{
    struct script *s =
        script_begin(3, "Test (fig2 2C): terms in replies are saved");

    struct call *vote = script_await_vote(s, 1, 1, STARTS_ELECTION);
    int term = vote->vote->term + 100;
    script_answer_vote(s, vote, term, false);
    check_reply_saved(s, term, "a reply to its RequestVote");

    int leader_term = script_elect(s);
    struct call *append = script_await_append(s, 2, leader_term, HEARTBEATS);
    term = leader_term + 100;
    script_answer_append(s, append, (AppendEntriesResponse){ .term = term });
    check_reply_saved(s, term, "a reply to its AppendEntries");
    script_end(s);
}

static void check_saved_log(struct script *s, struct terms log)
{
    struct saved after = saved(s);
    bool same = after.first == 0 && after.last == log.count;
    int index = 0;
    while (same && index < log.count) {
        index++;
        same = after.term_at[index] == log.term[index - 1] &&
               after.number_at[index] ==
                   script_command(index, log.term[index - 1]);
    }
    test_check(same,
               SAVED ": log[]. Server 0 has acknowledged entries up to index "
                     "%d; what is saved ends at index %d, and differs at "
                     "index %d",
               log.count, after.last, index);
}

// A follower saves the entries that it appends, and saves a truncation, too.
LAB_TEST(raft_fig2, 2C_entries_are_saved)
{
    struct script *s = script_begin(3, "Test (fig2 2C): entries are saved");

    script_give_log(s, TERM, TERMS(1, 1, 2, 2), 0);
    check_saved_log(s, TERMS(1, 1, 2, 2));
    script_append(s, (struct append){ TERM + 1, 2, 2, 1, TERMS(3), 0 });
    check_saved_log(s, TERMS(1, 1, 3));
    script_append(s, (struct append){ TERM + 1, 2, 3, 3, TERMS(3, 4), 2 });
    check_saved_log(s, TERMS(1, 1, 3, 3, 4));

    script_restart(s);
    test_check(script_holds(s, 5, 4) && script_holds(s, 3, 3),
               "State (Figure 2): log[] is persistent. Server 0 held entries "
               "1..5, crashed, and does not hold them");
    script_end(s);
}

// ---- Before a request ----

LAB_TEST(raft_fig2, 2C_candidacy_is_saved)
{
    struct script *s =
        script_begin(3, "Test (fig2 2C): a candidate's own vote is saved");

    struct call *call = script_await_vote(s, 1, 1, STARTS_ELECTION);
    int term = call->vote->term;
    script_check_saved(s, &call->saved);
    test_check(call->saved.is_valid && call->saved.term >= term &&
                   (call->saved.term > term || call->saved.voted_for == ME),
               SAVED ", and before anybody else can see it. Server 0 stands "
                     "in term %d, for which it votes itself; when its "
                     "RequestVote arrived, saved were term %d and voted_for %d",
               term, call->saved.term, call->saved.voted_for);
    script_restart(s);
    RequestVoteResponse other = script_request_vote(s, term, 2, 0, 0);
    test_check(!other.vote_granted,
               "RequestVote step 2 (Figure 2, §5.2): one vote a term, also "
               "across a crash. Server 0 stood in term %d, crashed, and voted "
               "for server 2 in term %d",
               term, term);
    script_end(s);
}

// A leader saves an entry before it sends it. Otherwise it counts itself as one
// that holds the entry, and may lose it.
LAB_TEST(raft_fig2, 2C_started_entries_are_saved)
{
    struct script *s =
        script_begin(3, "Test (fig2 2C): started entries are saved");

    script_elect(s);
    for (int k = 1; k <= 3; k++) {
        int index = 0, term = 0;
        script_start(s, 70 + k, &index, &term);
        struct call *call = script_acknowledge_before(
            s, 1, index,
            "Rules for Servers, Leaders (Figure 2, §5.3): send AppendEntries "
            "with log entries");
        script_check_saved(s, &call->saved);
        test_check(call->saved.is_valid && call->saved.last >= index &&
                       call->saved.term_at[index] == term &&
                       call->saved.number_at[index] == 70 + k,
                   SAVED ": log[], the leader's own, too. When server 0's "
                         "entry %d arrived at server 1, what it had saved "
                         "ended at index %d",
                   index, call->saved.last);
        script_answer_as_follower(s, call);
    }
    script_end(s);
}

// ---- After a restart ----

// A restarted server has its log. It learns again what is committed.
LAB_TEST(raft_fig2, 2C_restarted_server)
{
    struct script *s = script_begin(3, "Test (fig2 2C): a restarted server");

    script_give_log(s, TERM, TERMS(1, 2, 4), 2);
    script_restart(s);
    RequestVoteResponse old = script_request_vote(s, 50, 2, 9, 3);
    test_check(!old.vote_granted,
               "RequestVote step 2 (Figure 2, §5.4.1): the candidate's log "
               "must be up-to-date. Server 0's last entry is of term 4; after "
               "a crash it voted for one whose last is of term 3");
    script_append(s, (struct append){ 51, 1, 3, 4, { 0 }, 3 });
    script_await_applied(s, 3,
                         "State (Figure 2): last_applied is volatile: after a "
                         "restart all is applied again. leader_commit is 3");
    for (int index = 1; index <= 3; index++) {
        const int terms[] = { 1, 2, 4 };
        test_check(script_applied_number(s, index) ==
                       script_command(index, terms[index - 1]),
                   "State (Figure 2): log[] is persistent. Server 0 restarted, "
                   "and applied the command %d at index %d, not %d",
                   script_applied_number(s, index), index,
                   script_command(index, terms[index - 1]));
    }
    struct call *call = script_await_vote(s, 1, 52, STARTS_ELECTION);
    test_check(call->vote->last_log_index == 3 &&
                   call->vote->last_log_term == 4,
               "State (Figure 2): log[] is persistent. Server 0's last entry "
               "was 3 of term 4; restarted, it stands with %d of term %d",
               call->vote->last_log_index, call->vote->last_log_term);
    script_end(s);
}

// ---- Hints ----

// The hints with which a follower refuses are those that raft.x describes.
LAB_TEST(raft_fig2, 2C_hints)
{
    struct script *s = script_begin(3, "Test (fig2 2C): a follower's hints");

    const struct {
        int prev_index, prev_term;
        int conflict_index, conflict_term;
    } cases[] = { { 9, 4, 7, NO_TERM }, { 7, 4, 7, NO_TERM }, { 6, 5, 6, 4 },
                  { 5, 3, 3, 2 },       { 3, 1, 3, 2 },       { 2, 2, 1, 1 } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        script_give_log(s, script_new_term(s), TERMS(1, 1, 2, 2, 2, 4), 0);
        AppendEntriesResponse response = script_append(
            s, (struct append){ .term = script_new_term(s),
                                .leader = 2,
                                .prev_index = cases[k].prev_index,
                                .prev_term = cases[k].prev_term });
        test_check(!response.success &&
                       response.conflict_index == cases[k].conflict_index &&
                       response.conflict_term == cases[k].conflict_term,
                   "Log replication (end of §5.3, raft.x): conflict_term is "
                   "the term of the entry at prev_log_index, conflict_index "
                   "the first index of that term; NO_TERM and the index after "
                   "the last entry if the log is too short. Server 0's log has "
                   "the terms 1 1 2 2 2 4; to prev_log_index %d of term %d it "
                   "answered success %s, conflict_index %d, conflict_term %d, "
                   "not %d and %d",
                   cases[k].prev_index, cases[k].prev_term,
                   response.success ? "true" : "false", response.conflict_index,
                   response.conflict_term, cases[k].conflict_index,
                   cases[k].conflict_term);
    }
    script_end(s);
}
