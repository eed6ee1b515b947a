// Figure 2, line by line, with two calls at once: the result is as if the
// server handled them one after the other. (Parts 2A and 2B.)
#include "tests/fig2/at_once.h"
#include "tests/fig2/steps.h"

#include <stdio.h>

#define LEADERS_ONLY                                                           \
    "Rules for Servers, Leaders (Figure 2, §5.3): a leader appends commands " \
    "from clients to its log, and only while it leads"

#define UP_TO_DATE                                                             \
    "RequestVote step 2 (Figure 2, §5.4.1): grant the vote only if the "      \
    "candidate's log is at least as up-to-date"

// ---- Two requests ----

LAB_TEST(raft_fig2, 2A_two_candidates_at_once)
{
    enum { ROUNDS = 10 };
    struct script *s =
        script_begin(3, "Test (fig2 2A): two candidates ask at once");

    for (int term = 10; term < 10 + ROUNDS; term++) {
        struct vote_call one = { .term = term, .candidate = 1 };
        struct vote_call other = { .term = term, .candidate = 2 };
        script_at_once(s, script_call_vote, &one, script_call_vote, &other);
        test_check(!one.granted || !other.granted,
                   ONE_VOTE ". Servers 1 and 2 asked at once, and server 0 "
                            "voted for both in term %d",
                   term);
    }
    script_end(s);
}

// Either the voter has the entry when it compares logs, or the entry's term is
// over.
LAB_TEST(raft_fig2, 2B_vote_and_entry_at_once)
{
    enum { ROUNDS = 10 };
    struct script *s =
        script_begin(3, "Test (fig2 2B): a vote and an entry at once");

    int last = 0, last_term = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int term = 10 + 2 * round;
        struct append_call sent = { .append = { term, 1, last, last_term,
                                                TERMS(term), 0 } };
        struct vote_call asked = { .term = term + 1,
                                   .candidate = 2,
                                   .last_index = last,
                                   .last_term = last_term };
        script_at_once(s, script_call_append, &sent, script_call_vote, &asked);
        test_check(!sent.success || !asked.granted,
                   UP_TO_DATE ". Server 0 acknowledged entry %d of term %d, "
                              "and voted in term %d for server 2, whose last "
                              "entry is %d of term %d; the two requests came "
                              "at once",
                   last + 1, term, term + 1, last, last_term);
        if (sent.success) {
            last++;
            last_term = term;
        }
    }
    script_end(s);
}

// A shorter and a longer request of one leader, in either order.
LAB_TEST(raft_fig2, 2B_entries_at_once)
{
    enum { ROUNDS = 10 };
    struct script *s =
        script_begin(3, "Test (fig2 2B): two requests with entries at once");

    for (int last = 0; last < 4 * ROUNDS; last += 4) {
        int term = script_new_term(s), prev_term = last == 0 ? 0 : 2;
        struct append_call sent[] = {
            { .append = { term, 1, last, prev_term, TERMS(2, 2), last + 1 } },
            { .append = { term, 1, last, prev_term, TERMS(2, 2, 2, 2),
                          last + 3 } },
        };
        script_at_once(s, script_call_append, &sent[0], script_call_append,
                       &sent[1]);
        test_check(sent[0].success && sent[1].success,
                   "AppendEntries step 2 (Figure 2, §5.3): reply false only if "
                   "the entry before is not there. Server 0's log went up to "
                   "%d; two requests with entries behind that came at once, "
                   "and it refused the %s",
                   last, sent[0].success ? "longer" : "shorter");
        test_check(script_holds(s, last + 4, 2) &&
                       !script_holds(s, last + 5, 2),
                   "AppendEntries steps 3 and 4 (Figure 2, §5.3): append any "
                   "new entries not already in the log, and delete none that "
                   "does not conflict. Server 0's log went up to %d; it took "
                   "two and four entries behind that, which came at once; now "
                   "it does not end at %d",
                   last, last + 4);
        script_await_applied(s, last + 3,
                             "AppendEntries step 5 (Figure 2, §5.3): two "
                             "requests came at once, the higher leader_commit "
                             "counts");
    }
    script_end(s);
}

// ---- raft_start and another call ----

// A newer leader's entry replaces the log. A command started at the same time
// was started before and is gone, or is refused.
LAB_TEST(raft_fig2, 2B_start_and_newer_leader_at_once)
{
    enum { ROUNDS = 6 };
    struct script *s = script_begin(
        3, "Test (fig2 2B): raft_start and a newer leader at once");

    for (int round = 0; round < ROUNDS; round++) {
        int term = script_elect(s);
        struct start_calls started = { .number = 70 };
        struct append_call sent = { .append = { term + 1, 1, 0, 0,
                                                TERMS(term + 1), 0 } };
        script_at_once(s, script_call_append, &sent, script_call_start,
                       &started);
        for (int index = 2; index <= 1 + MAX_STARTS; index++)
            test_check(!script_holds(s, index, term),
                       LEADERS_ONLY ". Server 0 led in term %d; while commands "
                                    "were started, the leader of term %d sent "
                                    "its entry 1 in place of all. Now server "
                                    "0's entry %d is one of term %d",
                       term, term + 1, index, term);
    }
    script_end(s);
}

// The candidate's log ends where the server's log ended. Either the server has
// accepted the command and refuses its vote, or it votes and accepts no
// command.
LAB_TEST(raft_fig2, 2B_start_and_vote_at_once)
{
    enum { ROUNDS = 6 };
    struct script *s =
        script_begin(3, "Test (fig2 2B): raft_start and a vote at once");

    int last = 0, last_term = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int term = script_elect(s);
        struct start_calls started = { .number = 70 };
        struct vote_call asked = { .term = term + 1,
                                   .candidate = 1,
                                   .last_index = last,
                                   .last_term = last_term };
        script_at_once(s, script_call_vote, &asked, script_call_start,
                       &started);
        bool has_it = script_holds(s, last + 1, term);
        test_check(!asked.granted || !has_it,
                   LEADERS_ONLY "; and " UP_TO_DATE
                                ". Server 0, which led in term %d, voted in "
                                "term %d for server 1, whose last entry is %d "
                                "of term %d; and it has entry %d, of a command "
                                "that was started at the same time",
                   term, term + 1, last, last_term, last + 1);
        for (; script_holds(s, last + 1, term); last++)
            last_term = term;
    }
    script_end(s);
}

static void check_started(struct script *s, const struct start_calls *started)
{
    for (int k = 0; k < started->count; k++) {
        int number = script_peer_number(s, 1, started->index[k]);
        test_check(number == started->number + k,
                   "Rules for Servers, Leaders (Figure 2, §5.3): append the "
                   "entry to the local log; raft_start says where (raft.h). "
                   "The command %d was started at index %d, while another "
                   "thread started commands, too; server 1 was sent %d there",
                   started->number + k, started->index[k], number);
    }
}

// Every command gets its own index, which raft_start returns.
LAB_TEST(raft_fig2, 2B_two_start_at_once)
{
    enum { ROUNDS = 4 };
    struct script *s = script_begin(3, "Test (fig2 2B): two start at once");

    int term = script_elect(s);
    for (int round = 1; round <= ROUNDS; round++) {
        struct start_calls one = { .number = 100 }, other = { .number = 200 };
        script_at_once(s, script_call_start, &one, script_call_start, &other);
        script_check_leads(s, term);
        script_acknowledge(s, 1, round * 2 * MAX_STARTS, SENDS);
        check_started(s, &one);
        check_started(s, &other);
    }
    script_end(s);
}
