// Steps that several tests take. All of this runs on the test's main thread.
#include "tests/fig2/steps.h"

#include "rt/clock.h"

// ---- Set up ----

void script_give_entries(struct script *s, int count, int commit)
{
    struct terms log = { .count = count };
    for (int k = 0; k < count; k++)
        log.term[k] = 2;
    script_give_log(s, TERM, log, commit);
}

int script_propose(struct script *s, int number)
{
    int index = 0, term = 0;
    bool taken = script_start(s, number, &index, &term);
    test_check(taken,
               "Rules for Servers, Leaders (Figure 2, §5.3): a leader takes "
               "commands. Server 0, %s in term %d, did not",
               script_is_leader(s) ? "leader" : "not leader any more",
               script_term(s));
    return index;
}

struct call *script_lose_election(struct script *s, int peer,
                                  int (*hear)(struct script *s, int term))
{
    int term = 0;
    for (int k = 0; k < MAX_EARLY_ELECTIONS; k++) {
        struct call *call =
            script_await_vote(s, peer, term + 1, STARTS_ELECTION);
        term = call->vote->term;
        if (hear(s, term) <= term)
            return call;
    }
    script_fail_short_timeouts();
}

struct saved script_await_snapshot(struct script *s, int index, int term,
                                   const char *rule)
{
    int64_t deadline_ns = clock_now_ns() + SOON_MS * NS_PER_MS;
    struct saved saved = script_saved(s);
    while (saved.snapshot_index != index && clock_now_ns() < deadline_ns) {
        script_sleep(s, 1);
        saved = script_saved(s);
    }
    test_check(saved.snapshot_index == index,
               "%s. Server 0 was given a snapshot up to index %d; the saved "
               "one, %d s later, is up to %d",
               rule, index, SOON_MS / 1000, saved.snapshot_index);
    test_check(saved.is_valid && saved.first == index &&
                   saved.term_at[index] == term,
               COMPACTION ". Server 0 has a snapshot up to index %d (term %d); "
                          "the saved log begins with %d of term %d",
               index, term, saved.first, saved.term_at[saved.first]);
    return saved;
}

void script_refuse_as_empty(struct script *s, struct call *call)
{
    if (call->append->prev_log_index == 0)
        script_answer_as_follower(s, call);
    else
        script_answer_append(
            s, call,
            (AppendEntriesResponse){ .term = call->append->term,
                                     .conflict_index = 1,
                                     .conflict_term = NO_TERM });
}

// ---- Votes ----

void script_check_votes(struct script *s, int first_term, int index, int term)
{
    for (int k = 0; k < 9; k++) {
        int last_term = term - 1 + k / 3, last_index = index - 1 + k % 3;
        bool is_up_to_date =
            last_term > term || (last_term == term && last_index >= index);
        RequestVoteResponse vote =
            script_request_vote(s, first_term + k, 1, last_index, last_term);
        test_check(
            !vote.vote_granted == !is_up_to_date,
            "RequestVote step 2 (Figure 2, §5.4.1): grant the vote if the "
            "candidate's log is at least as up-to-date: the later last term "
            "wins, and of equal terms the longer log. Server 0's last entry is "
            "%d of term %d, the candidate's %d of term %d, and server 0 (in "
            "term %d) %s",
            index, term, last_index, last_term, vote.term,
            vote.vote_granted ? "granted its vote" : "refused");
    }
}

// ---- Leading ----

void script_check_leads(struct script *s, int term)
{
    bool is_leader = script_is_leader(s);
    test_check(is_leader && script_term(s) == term,
               "Rules for Servers, All Servers (Figure 2, §5.1): only a newer "
               "term makes a leader a follower. Server 0 led in term %d, and "
               "nothing newer was said to it; now it is in term %d, and %s",
               term, script_term(s), is_leader ? "leads" : "does not lead");
}

void script_check_deposed(struct script *s, int newer_term, const char *what)
{
    bool has_learned = script_reaches_term(s, newer_term);
    bool is_leader = script_is_leader(s);
    test_check(has_learned && !is_leader,
               ADOPT ". Server 0 led; then came %s of term %d. Now it is in "
                     "term %d, and %s",
               what, newer_term, script_term(s),
               is_leader ? "leads" : "does not lead");
}

// ---- The election timer ----

// If two contacts are further apart than intended, nothing follows: a timeout
// may have passed between them.
static bool is_too_late(int64_t from_ns)
{
    return clock_now_ns() - from_ns > (CONTACT_MS + TOO_LATE_MS) * NS_PER_MS;
}

void script_check_no_election(struct script *s,
                              void (*contact)(struct script *s, int term),
                              int term_step, const char *rule)
{
    int term = 1000;  // Far above the terms of the server's own elections.
    int64_t last_ns = clock_now_ns();
    for (int ms = 0; ms < LONGEST_MS; ms += CONTACT_MS) {
        int64_t now_ns = clock_now_ns();
        contact(s, term);
        bool was_late = is_too_late(last_ns);
        last_ns = now_ns;
        script_sleep(s, CONTACT_MS);
        bool stands = script_starts_election(s, term + 1, 0);
        if (was_late || is_too_late(last_ns))
            return;  // The machine is too slow: this proves nothing.
        test_check(!stands,
                   "%s. It came every %d ms, and server 0 stood for election "
                   "in term %d",
                   rule, CONTACT_MS, term + 1);
        term += term_step;
    }
}

void script_check_starts_election(struct script *s, int min_term,
                                  void (*contact)(struct script *s, int k),
                                  const char *rule)
{
    bool stands = false;
    for (int k = 0; k < SOON_MS / CONTACT_MS && !stands; k++) {
        contact(s, k);
        stands = script_starts_election(s, min_term, CONTACT_MS);
    }
    test_check(stands,
               "%s. It came every %d ms, and server 0 has not stood for "
               "election in %d s",
               rule, CONTACT_MS, SOON_MS / 1000);
}
