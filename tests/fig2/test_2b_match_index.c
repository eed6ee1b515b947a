// Figure 2, line by line: replies that come late, or together. Each one answers
// its own request, whatever the leader has done since (§5.3).
#include "tests/fig2/internal.h"
#include "tests/fig2/steps.h"

#include "rt/clock.h"

// ---- A success ----

#define MATCH                                                                  \
    "Rules for Servers, Leaders (Figure 2, §5.3): if successful, update "     \
    "match_index for the follower, which is the highest entry known to be "    \
    "replicated on it: prev_log_index + the number of entries that were sent"

// An acknowledged heartbeat confirms the entry that it checked, not those that
// the leader has appended since.
LAB_TEST(raft_fig2, 2B_success_of_a_heartbeat)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): what a heartbeat's success says");

    int term = script_elect(s);
    struct call *heartbeat = script_await_append(s, 1, term, SENDS);
    script_propose(s, 77);
    script_answer_append(
        s, heartbeat, (AppendEntriesResponse){ .term = term, .success = true });
    script_check_not_applied(
        s, 0,
        MATCH ". A heartbeat behind index 0 was answered after entry 1 "
              "had been started: nobody but server 0 holds that");
    script_acknowledge(s, 1, 1, SENDS);
    script_await_applied(s, 1,
                         MAJORITY ". Servers 0 and 1 of three hold entry 1");
    script_end(s);
}

// The same for a request with entries.
LAB_TEST(raft_fig2, 2B_success_of_entries)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): what a success says of entries");

    script_elect(s);
    script_propose(s, 71);
    struct call *call = script_acknowledge_before(s, 1, 1, SENDS);
    script_propose(s, 72);
    script_propose(s, 73);
    script_answer_as_follower(s, call);
    script_check_not_applied(
        s, 1,
        MATCH ". The request ended with entry 1; entries 2 and 3 were "
              "started before its success came");
    script_acknowledge(s, 1, 3, SENDS);
    script_await_applied(s, 3,
                         MAJORITY ". Servers 0 and 1 of three hold entry 3");
    script_end(s);
}

// An older success that comes after a newer one does not lower match_index.
LAB_TEST(raft_fig2, 2B_match_index_never_goes_back)
{
    struct script *s =
        script_begin(5, "Test (fig2 2B): match_index never goes back");

    script_elect(s);
    script_propose(s, 71);
    struct call *older = script_acknowledge_before(s, 1, 1, SENDS);
    script_propose(s, 72);
    // A leader that waits for the older answer before it sends more has no
    // newer one. Nor has a leader that steps down because nobody answers.
    bool has_newer = script_try_acknowledge(s, 1, 2);
    // A leader that ignored that success sends again.
    for (int k = 0; has_newer && k < 3 && script_is_leader(s); k++)
        script_answer_as_follower(s, script_await_append(s, 1, 1, HEARTBEATS));
    if (!script_is_leader(s)) {
        script_end(s);
        return;
    }
    if (has_newer) {
        // Two replies at once could overtake each other.
        script_sleep(s, QUIET_MS);
        script_answer_append(
            s, older,
            (AppendEntriesResponse){ .term = older->append->term,
                                     .success = true });
        script_sleep(s, QUIET_MS);
    } else {
        script_answer_as_follower(s, older);
        script_acknowledge(s, 1, 2, SENDS);
    }
    script_acknowledge(s, 2, 2, SENDS);
    script_await_applied(
        s, 2,
        "State (Figure 2): match_index increases monotonically. Server 1 "
        "acknowledged entries 1..2; then the success of an older request, with "
        "entry 1 alone, came late. Server 2 holds 1..2, too: three of five");
    script_end(s);
}

// A success of an older term says nothing about the current log, even if the
// server leads again.
LAB_TEST(raft_fig2, 2B_replies_of_an_older_term)
{
    struct script *s =
        script_begin(5, "Test (fig2 2B): replies of an older term");

    int old_term = script_elect(s);
    script_propose(s, 71);
    script_propose(s, 72);
    struct call *old = script_acknowledge_before(s, 4, 2, SENDS);

    // Another leader replaces both entries by one; then the server leads again.
    int other = old_term + 1;
    script_append(s, (struct append){ other, 2, 0, 0, TERMS(other), 0 });
    int term = script_elect(s);
    int index = script_propose(s, 73);
    script_acknowledge(s, 1, index, SENDS);
    AppendEntriesResponse success = { .term = old_term, .success = true };
    script_answer_append(s, old, success);
    script_check_not_applied(
        s, 0,
        "Rules for Servers, Leaders (Figure 2, §5.1, §5.3): a reply counts in "
        "the term of its request. Server 4 acknowledged entries 1..2 of an "
        "older term; they have been replaced since. Of five, servers 0 and 1 "
        "hold entry 2 of today");
    script_check_leads(s, term);
    script_acknowledge(s, 2, index, SENDS);
    script_await_applied(s, index, MAJORITY ". Servers 0, 1 and 2 hold it");
    script_end(s);
}

// Followers may have lost what they held in an older term.
LAB_TEST(raft_fig2, 2B_match_index_begins_at_0)
{
    struct script *s =
        script_begin(5, "Test (fig2 2B): match_index begins at 0");

    int old_term = script_elect(s);
    script_propose(s, 71);
    script_propose(s, 72);
    script_acknowledge(s, 4, 2, SENDS);

    // Another leader replaces both entries by one; then the server leads again.
    int other = old_term + 1;
    script_append(s, (struct append){ other, 2, 0, 0, TERMS(other), 0 });
    script_elect(s);
    int index = script_propose(s, 73);
    script_acknowledge(s, 1, index, SENDS);
    script_check_not_applied(
        s, 0,
        "State (Figure 2): match_index is initialised to 0, after each "
        "election. In an older term server 4 acknowledged entries 1..2, which "
        "have been replaced since. Of five, servers 0 and 1 hold entry 2 of "
        "today");
    script_acknowledge(s, 4, index, SENDS);
    script_await_applied(s, index, MAJORITY ". Servers 0, 1 and 4 hold it");
    script_end(s);
}

// The peer answers two requests that carry the same entry. It counts once.
LAB_TEST(raft_fig2, 2B_success_counts_once)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): the same success twice");

    int term = script_elect(s);
    script_propose(s, 71);
    struct call *first = script_acknowledge_before(s, 1, 1, SENDS);
    struct call *second = script_await_append(
        s, 1, term,
        "Rules for Servers, Leaders (Figure 2, §5.2): repeat heartbeats");
    script_propose(s, 72);
    script_answer_as_follower(s, first);
    script_answer_as_follower(s, second);

    script_check_not_applied(
        s, 1,
        "Rules for Servers, Leaders (Figure 2, §5.3): if successful, update "
        "match_index for the follower, which is the highest entry known to be "
        "replicated on it. Two requests up to entry 1 were answered by server "
        "1; nobody but server 0 holds entry 2");
    script_acknowledge(s, 1, 2, SENDS);
    script_await_applied(s, 2,
                         MAJORITY ". Servers 0 and 1 of three hold entry 2");
    script_end(s);
}

// ---- A refusal ----

// More rejections come together than the log has entries.
LAB_TEST(raft_fig2, 2B_rejections_at_once)
{
    enum { N = 6 };
    struct script *s = script_begin(3, "Test (fig2 2B): rejections at once");

    script_give_log(s, TERM, TERMS(2, 2, 4), 0);
    int term = script_elect(s);
    struct call *calls[N];
    for (int k = 0; k < N; k++) {
        calls[k] = script_await_append(s, 1, term, HEARTBEATS);
        script_answer_waiting(s, 2);
    }
    for (int k = 0; k < N; k++)
        script_answer_as_follower(s, calls[k]);

    script_acknowledge(
        s, 1, 3,
        "Rules for Servers, Leaders (Figure 2, §5.3): if "
        "AppendEntries fails because of log inconsistency, decrement "
        "next_index and retry. Server 1 has an empty log, and "
        "rejected the first heartbeats all at once");
    script_end(s);
}

// Returns how long after its election the server continues to send a silent
// peer what follows index 2. 0 if it soon gives up and begins again where it
// knows that the logs agree, which is allowed.
static int64_t retry_time_ns(struct script *s, int term)
{
    int64_t elected_ns = clock_now_ns();
    struct call *call = NULL;
    for (int k = 0; k < 3; k++) {
        call = script_await_append(s, 1, term, HEARTBEATS);
        script_answer_waiting(s, 2);
        if (call->append->prev_log_index < 2)
            return 0;
    }
    return call->arrived_ns - elected_ns;
}

// A request of an older term is refused because of its term, not because of the
// log.
LAB_TEST(raft_fig2, 2B_refusal_of_an_old_term)
{
    struct script *s =
        script_begin(3, "Test (fig2 2B): refusal of an old term");

    int old_term = script_elect(s);
    script_propose(s, 71);
    script_propose(s, 72);
    script_acknowledge(s, 1, 2, SENDS);
    struct call *old = script_await_append(s, 1, old_term, SENDS);
    script_heartbeat(s, old_term + 1);
    int term = script_elect(s);
    int64_t patience_ns = retry_time_ns(s, term);
    script_heartbeat(s, term + 1);
    term = script_elect(s);
    // The server has led for a moment by now.
    int64_t elected_ns = clock_now_ns();
    script_answer_append(s, old, (AppendEntriesResponse){ .term = term });
    script_sleep(s, QUIET_MS);

    script_propose(s, 73);
    int64_t started_ns = clock_now_ns();
    struct call *call = script_await_append(s, 1, term, SENDS);
    while (call->arrived_ns <= started_ns)
        call = script_await_append(s, 1, term, SENDS);
    bool is_prompt = call->arrived_ns - elected_ns < patience_ns / 2;
    int prev = call->append->prev_log_index;
    test_check(!is_prompt || prev >= 2,
               "Rules for Servers, Leaders (Figure 2, §5.1, §5.3): if "
               "AppendEntries fails because of log inconsistency, decrement "
               "next_index. Server 1 refused a request of term %d for its "
               "term; in term %d server 0, whose log had ended at 2 when it "
               "was elected, sent it prev_log_index %d",
               old_term, term, prev);
    script_end(s);
}

// Answers for the peer until it accepts a request. Returns how many requests it
// has refused. A request that is sent twice counts once.
static int count_refusals(struct script *s, int peer, int term)
{
    enum { MAX_REQUESTS = 200 };
    bool is_refused[MAX_INDEX + 1] = { false };
    int n = 0, prev = 0;
    int64_t deadline_ns = clock_now_ns() + LONG_MS * NS_PER_MS;
    for (int k = 0; k < MAX_REQUESTS && clock_now_ns() < deadline_ns; k++) {
        struct call *call = script_await_append(s, peer, term, SENDS);
        prev = call->append->prev_log_index;
        if (script_answer_as_follower(s, call))
            return n;
        if (prev <= MAX_INDEX && !is_refused[prev]) {
            is_refused[prev] = true;
            n++;
        }
    }
    test_fail(BACKS_UP ". Server %d has refused all that server 0 sent it in "
                       "%d s or %d requests, %d different ones; the last "
                       "prev_log_index was %d",
              peer, LONG_MS / 1000, MAX_REQUESTS, n, prev);
}

// If a follower's conflicting entries have one term, the leader needs one
// rejection, not one for each entry.
LAB_TEST(raft_fig2, 2C_backs_up_by_terms)
{
    enum { LAST = 30, ENOUGH = 10 };
    struct script *s = script_begin(3, "Test (fig2 2C): backs up by terms");

    struct terms leaders = { .count = LAST }, followers = { .count = LAST };
    for (int k = 0; k < LAST; k++) {
        leaders.term[k] = 2;
        followers.term[k] = 1;
    }
    script_give_log(s, TERM, leaders, 0);
    script_set_log(s, 1, followers);
    int term = script_elect(s);
    int refusals = count_refusals(s, 1, term);
    test_check(refusals <= ENOUGH,
               "The end of §5.3: one rejected AppendEntries for each "
               "conflicting term, rather than one for each entry. Server 1 "
               "has %d entries of term 1 where server 0 has entries of term 2; "
               "it refused %d different requests, with conflict_term and "
               "conflict_index, before server 0 asked where the logs part",
               LAST, refusals);
    script_end(s);
}

// ---- No reply ----

// A leader does not flood a silent peer. Heartbeats, and one more attempt after
// a while, are no flood.
LAB_TEST(raft_fig2, 2B_silent_peers_are_not_flooded)
{
    enum { ENOUGH = 10 };
    struct script *s =
        script_begin(3, "Test (fig2 2B): silent peers are not flooded");

    script_elect(s);
    script_propose(s, 71);
    int slept_ms = script_sleep(s, QUIET_MS);
    int n = 0;
    while (script_find(s, 0, script_is_to_follower, 1, 0) != NULL)
        n++;
    test_check(
        n <= ENOUGH + slept_ms / 20,
        "Rules for Servers, Leaders (Figure 2, §5.3): send "
        "AppendEntries; if followers are slow, retry. Within %d ms "
        "server 0 sent server 1, which had not answered yet, %d requests "
        "for one entry",
        slept_ms, n);
    script_end(s);
}
