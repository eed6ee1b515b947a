// The checker's rules. For each there is a scenario that breaks it, and one
// that comes as close as a correct Raft may: events that arrive late, servers
// that crash.
//
// A scenario tells the checker what three or five servers send and save. A log
// is written as the term and the command of each entry: "1a1b2c".
#include "checker/checker.h"
#include "decode/messages.h"
#include "decode/saved.h"

#include "raft/raft_x.h"
#include "rt/debug_log.h"
#include "tests/unit/unit.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SERVERS = 5, MAX_LOG = 20 };

// ---- A cluster that only reports events ----

static int n_servers = 3;
static struct checker *checker;
static struct events *events;
static struct event_life server[MAX_SERVERS];
static struct persister *persister[MAX_SERVERS];
static int snapshot_index;

// A function of ThreadSanitizer, if the program has it. The checker hides its
// work from ThreadSanitizer, and the test leaves it in the middle of that.
#define WEAK __attribute__((weak))
WEAK void AnnotateIgnoreReadsEnd(const char *file, int line);
WEAK void AnnotateIgnoreSyncEnd(const char *file, int line);

static jmp_buf way_out;
static char verdict[2000];

// The events that have been told, by their numbers; and those that the verdict
// names.
enum { MAX_TOLD = 5000 };
static struct {
    enum event_kind kind;
    int server;
    char time[24];  // As messages tell it.
} told[MAX_TOLD];
static uint64_t last_told;
static uint64_t contradict[2];

static void note_event(void *self, const struct event *event)
{
    (void)self;
    last_told = event->number;
    if (last_told >= MAX_TOLD)
        return;
    told[last_told].kind = event->kind;
    told[last_told].server = event->life.server;
    snprintf(told[last_told].time, sizeof told[last_told].time, "%010.3f",
             debug_log_ms(event->time_ns));
}

static void note_verdict(const char *rule, const char *message,
                         const uint64_t numbers[2])
{
    memcpy(contradict, numbers, sizeof contradict);
    check(rule == NULL || strstr(message, rule) == message);
    snprintf(verdict, sizeof verdict, "%s", message);
    if (AnnotateIgnoreReadsEnd != NULL) {
        AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    }
    longjmp(way_out, 1);
}

static char remark[2000];

static void note_remark(const char *sentence)
{
    snprintf(remark, sizeof remark, "%s", sentence);
}

static int covered(struct bytes snapshot)
{
    (void)snapshot;
    return snapshot_index;
}

static void begin(void)
{
    checker = checker_make(&(struct checker_options){
        .n_servers = n_servers,
        .fail = note_verdict,
        .remark = note_remark,
        .snapshot_index = covered,
    });
    events = events_make();
    events_add_reader(events, (struct event_reader){ note_event, NULL });
    events_add_reader(events, checker_reader(checker));
    for (int i = 0; i < n_servers; i++) {
        server[i] = events_start_life(events, i);
        persister[i] = persister_make();
        persister_set_events(persister[i], events, server[i]);
    }
}

static void end(void)
{
    events_free(events);
    checker_free(checker);
    for (int i = 0; i < n_servers; i++)
        persister_free(persister[i]);
}

// For each rule the kinds that the earlier of the two events may have: the
// state that a server has saved, the vote or reply that it has given.
#define KIND(kind) (UINT64_C(1) << EVENT_##kind)
#define NO_EVENT   (UINT64_C(1) << N_EVENT_KINDS)
static const struct {
    const char *rule;
    uint64_t kinds;
} earlier_kinds[] = {
    { "Replies Carry the Term", KIND(REQUEST_ARRIVED) },
    { "One Vote a Term",
      KIND(SAVED) | KIND(REPLY_SENT) | KIND(REQUEST_SENT) | NO_EVENT },
    { "Saved Before Answered", KIND(SAVED) | NO_EVENT },
    { "Election Safety", KIND(REQUEST_SENT) | KIND(LEADS) | NO_EVENT },
    { "Acknowledged Entries Stay", KIND(SAVED) | KIND(REPLY_SENT) },
    { "Snapshots Cover", KIND(SAVED) | NO_EVENT },
    { "State and Snapshot Together", NO_EVENT },
    { "The Three RPCs", KIND(REQUEST_SENT) | NO_EVENT },
    { "", KIND(SAVED) },
};

static uint64_t kinds_of(const char *rule)
{
    int k = 0;
    while (strncmp(rule, earlier_kinds[k].rule,
                   strlen(earlier_kinds[k].rule)) != 0)
        k++;
    return earlier_kinds[k].kinds;
}

// Do the two events that the checker names fit the message, which begins with
// "at TIME server N", and may tell the time of the earlier one?
static void check_events(const char *rule)
{
    uint64_t earlier = contradict[0];
    check(contradict[1] == last_told && last_told < MAX_TOLD);
    const char *at = strstr(verdict, " is broken: at ");
    if (at == NULL)
        return;  // No rule of the paper: a flood.
    check(told[last_told].server == atoi(strstr(at, "server ") + 7));
    uint64_t kind = earlier == 0 ? NO_EVENT : UINT64_C(1) << told[earlier].kind;
    check_that((kinds_of(rule) & kind) != 0, "no event of kind %d: %s",
               told[earlier].kind, verdict);
    const char *second = strstr(at + 15, " at 0000");
    if (second != NULL)
        check_that(earlier > 0 && strstr(second, told[earlier].time) != NULL,
                   "no event at %s: %s", told[earlier].time, verdict);
}

// Runs a scenario as a test. It breaks the rule of this name, or none if NULL.
static void tell(void (*story)(void), const char *rule)
{
    verdict[0] = '\0';
    begin();
    if (setjmp(way_out) == 0) {
        story();
        end();
    }
    if (rule == NULL)
        check(verdict[0] == '\0');
    else
        check_that(strncmp(verdict, rule, strlen(rule)) == 0,
                   "expected %s, not: %s", rule, verdict);
    if (rule != NULL)
        check_events(rule);
}

#define BREAKS(name, rule, ...)                                                \
    static void name(void) __VA_ARGS__ UNIT_TEST(checker, name)                \
    {                                                                          \
        tell(name, rule);                                                      \
    }
#define KEEPS(name, ...)                                                       \
    static void name(void) __VA_ARGS__ UNIT_TEST(checker, name)                \
    {                                                                          \
        tell(name, NULL);                                                      \
    }

// ---- The actions of servers ----

static Entry *entries_of(const char *log, int first, int first_term, int *count)
{
    static Entry entries[MAX_LOG];
    entries[0] = (Entry){ .index = first, .term = first_term };
    *count = 1 + (int)strlen(log) / 2;
    for (int k = 1; k < *count; k++)
        entries[k] = (Entry){ .index = (int)((unsigned)first + (unsigned)k),
                              .term = log[2 * k - 2] - '0',
                              .command = { 1, (char *)&log[2 * k - 1] } };
    return entries;
}

// The encoded state; valid until the next call.
static struct bytes state_of(int term, int voted_for, int first, int first_term,
                             const char *log)
{
    static char encoded[500];
    int count;
    Entry *entries = entries_of(log, first, first_term, &count);
    PersistentState state = { term, voted_for, { (u_int)count, entries } };
    XDR xdrs;
    xdrmem_create(&xdrs, encoded, sizeof encoded, XDR_ENCODE);
    check(xdr_PersistentState(&xdrs, &state));
    return (struct bytes){ encoded, xdr_getpos(&xdrs) };
}

static void save_from(int i, int term, int voted_for, int first, int first_term,
                      const char *log)
{
    persister_save(persister[i],
                   state_of(term, voted_for, first, first_term, log),
                   (struct bytes){ "s", 1 });
}

static void save(int i, int term, int voted_for, const char *log)
{
    save_from(i, term, voted_for, 0, 0, log);
}

#define METHOD(kind)                                                           \
    {                                                                          \
        .name = "Raft." #kind, .xdr_args = (xdrproc_t)xdr_##kind##Request,     \
        .xdr_reply = (xdrproc_t)xdr_##kind##Response                           \
    }
static const struct labrpc_method vote_method = METHOD(RequestVote);
static const struct labrpc_method append_method = METHOD(AppendEntries);
static const struct labrpc_method install_method = METHOD(InstallSnapshot);

static void tell_sent(struct event_life from, int to,
                      const struct labrpc_method *method, const void *args)
{
    struct event event = {
        .kind = EVENT_REQUEST_SENT,
        .life = from,
        .message = { .peer = { to, 0 }, .method = method, .args = args }
    };
    events_tell(events, &event);
}

static void tell_answered(struct event_life from, struct event_life to,
                          const struct labrpc_method *method, const void *args,
                          const void *reply)
{
    struct event arrived = {
        .kind = EVENT_REQUEST_ARRIVED,
        .life = to,
        .message = { .peer = from, .method = method, .args = args }
    };
    struct event event = { .kind = EVENT_REPLY_SENT,
                           .life = to,
                           .cause = events_tell(events, &arrived),
                           .message = { .peer = from,
                                        .method = method,
                                        .args = args,
                                        .reply = reply } };
    events_tell(events, &event);
}

static void tell_received(struct event_life from, struct event_life to,
                          const struct labrpc_method *method, const void *args,
                          const void *reply)
{
    struct event event = { .kind = EVENT_REPLY_ARRIVED,
                           .life = from,
                           .message = { .peer = to,
                                        .method = method,
                                        .args = args,
                                        .reply = reply } };
    events_tell(events, &event);
}

static void tell_crash(struct event_life life)
{
    events_tell(events, &(struct event){ EVENT_CRASHED, .life = life });
}

static void tell_leads(struct event_life life, int term)
{
    struct event event = { EVENT_LEADS, .life = life, .term = term };
    events_tell(events, &event);
}

static void tell_applied(struct event_life life, int index,
                         struct bytes command)
{
    struct event event = { EVENT_APPLIED, .life = life,
                           .applied = { index, command } };
    events_tell(events, &event);
}

static void tell_snapshot(struct event_life life, int index)
{
    struct event event = { EVENT_APPLIED_SNAPSHOT, .life = life,
                           .applied = { .index = index } };
    events_tell(events, &event);
}

static void ask(int from, int term, int last_index, int last_term)
{
    RequestVoteRequest request = { term, from, last_index, last_term };
    tell_sent(server[from], (from + 1) % n_servers, &vote_method, &request);
}

static void grant(int from, int to, int term, int last_index, int last_term)
{
    RequestVoteRequest request = { term, from, last_index, last_term };
    RequestVoteResponse response = { term, TRUE };
    tell_answered(server[from], server[to], &vote_method, &request, &response);
    tell_received(server[from], server[to], &vote_method, &request, &response);
}

static void append(int from, int term, int prev, int prev_term,
                   int leader_commit)
{
    AppendEntriesRequest request = { .term = term,
                                     .leader_id = from,
                                     .prev_log_index = prev,
                                     .prev_log_term = prev_term,
                                     .leader_commit = leader_commit };
    tell_sent(server[from], (from + 1) % n_servers, &append_method, &request);
}

static void answer(int from, int to, int term, int prev, int prev_term,
                   const char *log, AppendEntriesResponse response)
{
    int count;
    Entry *entries = entries_of(log, prev, prev_term, &count);
    AppendEntriesRequest request = { .term = term,
                                     .leader_id = from,
                                     .prev_log_index = prev,
                                     .prev_log_term = prev_term,
                                     .entries = { (u_int)count - 1,
                                                  entries + 1 } };
    tell_answered(server[from], server[to], &append_method, &request,
                  &response);
}

static void succeed(int from, int to, int term, int prev, int prev_term,
                    const char *log)
{
    answer(from, to, term, prev, prev_term, log,
           (AppendEntriesResponse){ .term = term, .success = TRUE });
}

static void install(int from, int term, int index, int index_term)
{
    InstallSnapshotRequest request = { .term = term,
                                       .leader_id = from,
                                       .last_included_index = index,
                                       .last_included_term = index_term };
    tell_sent(server[from], (from + 1) % n_servers, &install_method, &request);
}

// Sends the entries of `log`, from index 1 on.
static void send_entries(int from, int term, const char *log)
{
    int count;
    Entry *entries = entries_of(log, 0, 0, &count);
    AppendEntriesRequest request = { .term = term,
                                     .leader_id = from,
                                     .entries = { (u_int)count - 1,
                                                  entries + 1 } };
    tell_sent(server[from], (from + 1) % n_servers, &append_method, &request);
}

// Refuses a RequestVote, with this term.
static void refuse(int from, int to, int term, int answered_term)
{
    RequestVoteRequest request = { .term = term, .candidate_id = from };
    RequestVoteResponse response = { .term = answered_term };
    tell_answered(server[from], server[to], &vote_method, &request, &response);
}

static void heartbeat(int from, int term)
{
    append(from, term, 0, 0, 0);
}

static void restart(int i)
{
    tell_crash(server[i]);
    struct persister *old = persister[i];
    persister[i] = persister_hand_over(old);
    persister_free(old);
    server[i] = events_start_life(events, i);
    persister_set_events(persister[i], events, server[i]);
}

static void apply(int i, int index, const char *command)
{
    tell_applied(server[i], index, (struct bytes){ (void *)command, 1 });
}

// Server i, with this log, becomes leader with the vote of the next server.
static void elect(int i, int term, const char *log)
{
    int last = (int)strlen(log) / 2;
    int last_term = last > 0 ? log[2 * last - 2] - '0' : 0;
    int voter = (i + 1) % n_servers;
    save(i, term, i, log);
    ask(i, term, last, last_term);
    save(voter, term, i, "");
    grant(i, voter, term, last, last_term);
    heartbeat(i, term);
}

// The same, by servers that have saved nothing yet.
static void win(int i, int term)
{
    ask(i, term, 0, 0);
    grant(i, (i + 1) % n_servers, term, 0, 0);
}

// ---- Terms and votes ----

BREAKS(term_goes_back_across_a_restart, "Growing Terms", {
    save(0, 5, -1, "");
    restart(0);
    save(0, 4, -1, "");
})

BREAKS(refusal_tells_no_term, "Replies Carry the Term", {
    ask(0, 2, 0, 0);
    refuse(0, 1, 2, 0);
})

BREAKS(reply_tells_an_older_term, "Replies Carry the Term", {
    elect(0, 2, "");
    answer(0, 1, 2, 0, 0, "", (AppendEntriesResponse){ .term = 1 });
})

// A refusal at index 0 when two servers disagree on its term.
UNIT_TEST(checker, refusal_of_index_0_is_remarked)
{
    begin();
    remark[0] = '\0';
    elect(0, 2, "");
    answer(0, 1, 2, 1, 1, "", (AppendEntriesResponse){ .term = 2 });
    check(remark[0] == '\0');
    answer(0, 1, 2, 0, -1, "", (AppendEntriesResponse){ .term = 2 });
    check_that(strstr(remark, "prev_log_index 0 and prev_log_term -1") != NULL,
               "no such remark: \"%s\"", remark);
    end();
}

BREAKS(installed_without_the_term, "Replies Carry the Term", {
    elect(0, 2, "");
    InstallSnapshotRequest request = { .term = 2 };
    InstallSnapshotResponse response = { .term = 0 };
    tell_answered(server[0], server[2], &install_method, &request, &response);
})

// Nobody has led yet, so nobody can have heard from a leader (§6).
BREAKS(refusal_in_an_older_term, "Replies Carry the Term", {
    ask(1, 1, 0, 0);
    ask(0, 2, 0, 0);
    refuse(0, 2, 2, 1);
})

// A server that grants a vote adopts the term, whoever leads.
BREAKS(vote_in_an_older_term, "Replies Carry the Term", {
    elect(1, 1, "");
    ask(0, 2, 0, 0);
    save(2, 2, 0, "");
    RequestVoteRequest request = { .term = 2, .candidate_id = 0 };
    RequestVoteResponse response = { .term = 1, .vote_granted = true };
    tell_answered(server[0], server[2], &vote_method, &request, &response);
})

// A leader, and a server that has heard from one, may ignore a candidate (§6).
KEEPS(candidate_is_disregarded, {
    elect(1, 1, "");
    ask(0, 3, 0, 0);
    refuse(0, 1, 3, 1);
    refuse(0, 2, 3, 1);
    save(2, 2, -1, "");
    refuse(0, 2, 3, 2);
})

// A server that refuses an older candidate replies with the newer term.
KEEPS(reply_tells_a_newer_term, {
    ask(0, 1, 0, 0);
    refuse(0, 1, 1, 7);
})

// It was killed, and answers without looking at its state.
KEEPS(killed_server_answers_without_a_term, {
    ask(0, 2, 0, 0);
    struct event_life killed = server[1];
    restart(1);
    server[1] = killed;
    refuse(0, 1, 2, 0);
})

BREAKS(voted_for_is_no_server, "One Vote a Term", { save(0, 1, 3, ""); })

BREAKS(second_vote_in_a_term, "One Vote a Term", {
    ask(0, 1, 0, 0);
    ask(1, 1, 0, 0);
    grant(0, 2, 1, 0, 0);
    grant(1, 2, 1, 0, 0);
})

static void forget_a_vote(void)
{
    ask(0, 1, 0, 0);
    ask(1, 1, 0, 0);
    grant(0, 2, 1, 0, 0);
    restart(2);
    grant(1, 2, 1, 0, 0);
}

// The vote was not saved. A message about voting twice would not lead to that.
UNIT_TEST(checker, vote_is_forgotten_in_a_crash)
{
    tell(forget_a_vote, "One Vote a Term");
    check(strstr(verdict, ", before it crashed,") != NULL);
}

BREAKS(vote_is_taken_back, "One Vote a Term", {
    ask(0, 1, 0, 0);
    save(2, 1, 0, "");
    save(2, 1, -1, "");
})

BREAKS(candidate_votes_for_another, "One Vote a Term", {
    ask(0, 1, 0, 0);
    ask(1, 1, 0, 0);
    grant(1, 0, 1, 0, 0);
})

BREAKS(vote_of_an_older_term_stays, "One Vote a Term", {
    ask(0, 1, 0, 0);
    save(2, 1, 0, "");
    save(2, 2, 0, "");
})

// The term is decided: noting its leader as voted_for changes nothing.
KEEPS(leader_is_noted_as_voted_for, {
    elect(0, 1, "");
    ask(2, 1, 0, 0);
    save(2, 1, 2, "");
    save(2, 1, 0, "");
    grant(2, 2, 1, 0, 0);
})

// The same, when the leader's vote request arrives later.
static void leader_is_voted_for_late(void)
{
    ask(0, 1, 0, 0);
    ask(2, 1, 0, 0);
    save(0, 1, 0, "");
    save(2, 1, 2, "");
    for (int voter = 3; voter <= 4; voter++) {
        save(voter, 1, 0, "");
        grant(0, voter, 1, 0, 0);
    }
    save(1, 1, 2, "");
    grant(2, 1, 1, 0, 0);
    heartbeat(0, 1);
    save(1, 1, 0, "");
    grant(0, 1, 1, 0, 0);
}

UNIT_TEST(checker, leader_is_voted_for_late)
{
    n_servers = 5;
    tell(leader_is_voted_for_late, NULL);
}

BREAKS(vote_is_not_saved, "Saved Before Answered", {
    ask(0, 1, 0, 0);
    save(2, 1, -1, "");
    grant(0, 2, 1, 0, 0);
})

BREAKS(answered_term_is_not_saved, "Saved Before Answered", {
    elect(0, 3, "");
    succeed(0, 2, 3, 0, 0, "");
})

BREAKS(vote_in_a_term_that_is_not_saved, "Saved Before Answered", {
    ask(0, 2, 0, 0);
    save(2, 1, -1, "");
    grant(0, 2, 2, 0, 0);
})

BREAKS(refusal_in_a_term_that_is_not_saved, "Saved Before Answered", {
    ask(0, 1, 0, 0);
    save(2, 2, -1, "");
    refuse(0, 2, 1, 3);
})

// The grant is reported when its server is already in a later term.
KEEPS(grant_is_heard_late, {
    ask(0, 1, 0, 0);
    save(2, 1, 0, "");
    save(2, 2, -1, "2a");
    grant(0, 2, 1, 0, 0);
})

BREAKS(vote_for_a_shorter_log, "Election Restriction", {
    save(2, 1, -1, "1a1b");
    ask(0, 2, 1, 1);
    save(2, 2, 0, "1a1b");
    grant(0, 2, 2, 1, 1);
})

// The candidate has won without this vote, and has sent entries meanwhile.
KEEPS(log_grows_before_the_grant_is_heard, {
    elect(0, 1, "");
    save(2, 1, 0, "");
    save(0, 1, 0, "1a");
    save(2, 1, 0, "1a");
    grant(0, 2, 1, 0, 0);
})

BREAKS(candidate_tells_what_it_has_lost, "Candidates Tell Their Last Entry", {
    save(0, 1, -1, "1a1b");
    save(0, 2, -1, "1a");
    save(0, 3, 0, "1a");
    ask(0, 3, 2, 1);
})

BREAKS(candidate_tells_another_term, "Candidates Tell Their Last Entry", {
    save(0, 2, 0, "1a");
    ask(0, 2, 1, 2);
})

// The last requests leave late, when the candidate has entries from a leader.
KEEPS(candidate_asks_late, {
    save(0, 2, 0, "1a");
    ask(0, 2, 1, 1);
    elect(1, 2, "1a");
    save(0, 2, 0, "1a2b");
    ask(0, 2, 1, 1);
    ask(0, 2, 2, 2);
})

// The leader of its term has truncated the candidate's log.
KEEPS(candidate_asks_late_and_has_lost_entries, {
    save(0, 1, -1, "1a1b");
    save(0, 2, 0, "1a1b");
    elect(1, 2, "1a");
    save(0, 2, 0, "1a");
    ask(0, 2, 2, 1);
})

// A vote that is saved late, together with entries of that term's leader, says
// nothing about the log with which the candidate started the election.
KEEPS(candidate_saves_its_vote_late, {
    ask(0, 2, 0, 0);
    elect(1, 2, "");
    save(0, 2, 0, "2b");
    ask(0, 2, 0, 0);
})

// The same holds in the next life.
KEEPS(candidate_asks_after_a_restart, {
    save(0, 2, 0, "1a");
    struct event_life killed = server[0];
    restart(0);
    save(0, 2, 0, "1a");
    RequestVoteRequest request = { .term = 2 };
    tell_sent(killed, 1, &vote_method, &request);
})

// ---- Leaders ----

BREAKS(leader_without_a_majority, "Election Safety", {
    save(0, 1, 0, "");
    ask(0, 1, 0, 0);
    heartbeat(0, 1);
})

// Votes of one election do not count in the next.
BREAKS(votes_of_an_older_term, "Election Safety", {
    save(0, 1, 0, "");
    ask(0, 1, 0, 0);
    save(1, 1, 0, "");
    grant(0, 1, 1, 0, 0);
    save(0, 2, 0, "");
    ask(0, 2, 0, 0);
    heartbeat(0, 2);
})

BREAKS(leader_has_not_saved_its_own_vote, "Election Safety", {
    save(0, 0, -1, "");
    ask(0, 1, 0, 0);
    save(1, 1, 0, "");
    grant(0, 1, 1, 0, 0);
    heartbeat(0, 1);
})

// The killed candidate does not know that it was killed, and starts an election
// in the same term as its successor.
KEEPS(killed_candidate_asks_late, {
    save(0, 0, -1, "");
    struct event_life killed = server[0];
    restart(0);
    save(0, 1, 0, "");
    ask(0, 1, 0, 0);
    save(1, 1, 0, "");
    grant(0, 1, 1, 0, 0);
    RequestVoteRequest request = { .term = 1 };
    tell_sent(killed, 1, &vote_method, &request);
    heartbeat(0, 1);
})

BREAKS(two_leaders_in_a_term, "Election Safety", {
    elect(0, 1, "");
    tell_leads(server[1], 1);
})

BREAKS(leads_again_after_a_crash, "Election Safety", {
    elect(0, 1, "");
    restart(0);
    heartbeat(0, 1);
})

// A message that was sent before the crash may arrive after it.
KEEPS(crashed_leader_is_heard_late, {
    elect(0, 1, "");
    struct event_life crashed = server[0];
    restart(0);
    AppendEntriesRequest request = { .term = 1 };
    tell_sent(crashed, 1, &append_method, &request);
    elect(0, 2, "");
})

// No server has called any RPC, so the checker knows of no vote.
BREAKS(leader_without_rpcs, "Election Safety", { tell_leads(server[0], 1); })

BREAKS(leader_cuts_its_log, "Leader Append-Only", {
    elect(0, 1, "");
    save(0, 1, 0, "1a1b");
    save(0, 1, 0, "1a");
})

KEEPS(deposed_leader_cuts_its_log, {
    elect(0, 1, "");
    save(0, 1, 0, "1a1b");
    save(0, 2, -1, "1a");
})

// ---- Logs ----

// The index before the first entry has no term. Some Rafts send NO_TERM for it.
KEEPS(index_0_has_no_term, {
    save_from(0, 0, -1, 0, NO_TERM, "");
    save_from(1, 0, -1, 0, NO_TERM, "");
    save_from(0, 1, 0, 0, NO_TERM, "");
    ask(0, 1, 0, NO_TERM);
    save_from(1, 1, 0, 0, NO_TERM, "");
    grant(0, 1, 1, 0, NO_TERM);
    heartbeat(0, 1);
    save_from(0, 1, 0, 0, NO_TERM, "1a");
    save_from(1, 1, 0, 0, NO_TERM, "1a");
    succeed(0, 1, 1, 0, NO_TERM, "1a");
})

BREAKS(saved_entry_is_overwritten, "Entries Never Change", {
    save(2, 1, -1, "1a1b");
    save(2, 1, -1, "1a1c1d");
})

KEEPS(entry_gives_way_to_a_later_one, {
    save(2, 1, -1, "1a1b");
    save(2, 2, -1, "1a2c");
})

BREAKS(sent_entry_is_overwritten, "Entries Never Change", {
    elect(0, 1, "");
    save(0, 1, 0, "1a1b");
    send_entries(0, 1, "1a1c");
})

// A leader may send an entry that it has not saved yet, and one that a snapshot
// now covers.
KEEPS(entries_are_sent_early_and_late, {
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    send_entries(0, 1, "1a1b");
    save(0, 1, 0, "1a1b");
    save(1, 1, 0, "1a1b");
    snapshot_index = 1;
    save_from(0, 1, 0, 1, 1, "1b");
    send_entries(0, 1, "1a1b");
})

BREAKS(same_entry_other_command, "Log Matching", {
    save(0, 1, -1, "1a1b");
    save(1, 1, -1, "1a1c");
})

BREAKS(same_entry_other_past, "Log Matching", {
    save(0, 3, -1, "1a3b");
    save(1, 3, -1, "2a3b");
})

BREAKS(success_without_the_previous_entry, "Success Means a Matching Log", {
    elect(0, 2, "1a");
    save(2, 2, -1, "");
    succeed(0, 2, 2, 1, 1, "");
})

// No sum overflows, which `make asan` would tell as a fault of the checker.
KEEPS(indexes_near_the_greatest_int, {
    elect(0, 2, "");
    int count;
    AppendEntriesRequest request = { .term = 2, .prev_log_index = INT_MAX };
    request.entries.entries_val = entries_of("2a2b", 0, 0, &count) + 1;
    request.entries.entries_len = 2;
    tell_sent(server[0], 1, &append_method, &request);
    save(2, 3, -1, "");
    succeed(0, 2, 2, INT_MAX - 9, 2, "2a2b2c2d2e2f2g2h2i2j2k");
})

BREAKS(success_without_the_entries, "Saved Before Answered", {
    elect(0, 2, "1a");
    save(2, 2, -1, "1a");
    succeed(0, 2, 2, 1, 1, "2b");
})

BREAKS(success_for_an_entry_of_another_term, "Saved Before Answered", {
    elect(0, 2, "");
    save(2, 2, -1, "1b");
    succeed(0, 2, 2, 0, 0, "2b");
})

BREAKS(success_for_another_command, "Log Matching", {
    elect(0, 2, "");
    save(2, 2, -1, "2b");
    succeed(0, 2, 2, 0, 0, "2c");
})

BREAKS(success_in_a_term_that_is_not_saved, "Saved Before Answered", {
    elect(0, 3, "");
    save(2, 1, -1, "");
    AppendEntriesRequest request = { .term = 3 };
    AppendEntriesResponse response = { .term = 3, .success = TRUE };
    tell_answered(server[0], server[2], &append_method, &request, &response);
})

// The server has not answered yet, but may have: the leader can count on the
// entry.
BREAKS(entry_of_the_current_term_is_cut, "Acknowledged Entries Stay", {
    elect(0, 2, "1a");
    save(2, 2, -1, "1a2b");
    save(2, 2, -1, "1a");
})

BREAKS(acknowledged_entry_is_cut, "Acknowledged Entries Stay", {
    elect(0, 2, "1a1b");
    save(2, 2, -1, "1a1b");
    succeed(0, 2, 2, 1, 1, "1b");
    save(2, 2, -1, "1a");
})

KEEPS(acknowledged_entry_is_cut_by_a_later_leader, {
    elect(0, 2, "1a1b");
    save(2, 2, -1, "1a1b");
    succeed(0, 2, 2, 1, 1, "1b");
    save(2, 3, -1, "1a");
})

// The success is reported when a snapshot covers the entries.
KEEPS(success_is_heard_late, {
    elect(0, 2, "");
    save(0, 2, 0, "2a2b");
    save(2, 2, -1, "2a2b");
    snapshot_index = 2;
    save_from(2, 2, -1, 2, 2, "");
    succeed(0, 2, 2, 0, 0, "2a2b");
})

// ---- Commits ----

// Server 0 leads term 1; servers 0 and 1 have entry 1.
static void commit_one(void)
{
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    save(1, 1, 0, "1a");
}

BREAKS(commit_beyond_the_saved_log, "Commit Rule", {
    commit_one();
    append(0, 1, 1, 1, 2);
})

KEEPS(majority_commits, {
    commit_one();
    append(0, 1, 1, 1, 1);
    apply(0, 1, "a");
    apply(1, 1, "a");
})

// Server 1 receives the entry in term 1, hears of term 2, refuses its vote
// there, saves both at once, and only then answers both.
KEEPS(entry_and_next_term_are_saved_at_once, {
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    save(2, 2, 2, "");
    ask(2, 2, 0, 0);
    save(1, 2, -1, "1a");
    succeed(0, 1, 1, 0, 0, "1a");
    append(0, 1, 1, 1, 1);
})

// The server had the entry, and never acknowledged it in term 1.
BREAKS(entry_is_saved_in_the_next_term, "Commit Rule", {
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    save(2, 2, 2, "");
    ask(2, 2, 0, 0);
    save(1, 2, -1, "1a");
    append(0, 1, 1, 1, 1);
})

BREAKS(commit_without_a_majority, "Commit Rule", {
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    append(0, 1, 1, 1, 1);
})

BREAKS(applied_without_a_majority, "Commit Rule", {
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    apply(0, 1, "a");
})

BREAKS(snapshot_sent_without_a_majority, "Commit Rule", {
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    install(0, 1, 1, 1);
})

BREAKS(snapshot_applied_without_a_majority, "Commit Rule", {
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    tell_snapshot(server[0], 1);
})

// Another server's entry is committed at that index, and not its own.
BREAKS(another_entry_is_called_committed, "Commit Rule", {
    elect(2, 1, "");
    save(2, 1, 2, "1x");
    elect(0, 2, "");
    save(0, 2, 0, "2a");
    save(1, 2, 0, "2a");
    append(2, 1, 1, 1, 1);
})

// Figure 8: entry 1 of term 1 reaches a majority in term 3.
static void figure_8(void)
{
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    restart(0);
    elect(0, 3, "1a");
    save(1, 3, 0, "1a");
}

BREAKS(commit_of_an_older_term, "Commit Rule", {
    figure_8();
    append(0, 3, 1, 1, 1);
})

KEEPS(older_term_is_committed_with_a_newer, {
    figure_8();
    save(0, 3, 0, "1a3b");
    save(1, 3, 0, "1a3b");
    append(0, 3, 2, 3, 2);
    apply(1, 1, "a");
})

BREAKS(other_command_is_applied, "State Machine Safety", {
    commit_one();
    apply(2, 1, "b");
})

// The server's log had the right command, in memory that is overwritten now.
BREAKS(applied_command_is_overwritten, "Entries Never Change", {
    commit_one();
    apply(1, 1, "b");
})

static void commit_two(void)
{
    commit_one();
    save(0, 1, 0, "1a1b");
    save(1, 1, 0, "1a1b");
}

// Here no memory is overwritten.
static void command_of_another_index(void)
{
    commit_two();
    apply(1, 2, "a");
}

UNIT_TEST(checker, command_of_another_index)
{
    tell(command_of_another_index, "State Machine Safety");
    check(strstr(verdict, "it is that of index 1, again.") != NULL);
}

static void own_entry_is_applied(void)
{
    save(2, 1, -1, "");
    commit_one();
    save(2, 2, -1, "2x");
    apply(2, 1, "x");
}

UNIT_TEST(checker, own_entry_is_applied)
{
    tell(own_entry_is_applied, "State Machine Safety");
    check(strstr(verdict, "AppendEntries step 5") != NULL);
}

BREAKS(committed_entry_is_cut, "Committed Entries Stay", {
    commit_one();
    save(1, 2, -1, "");
})

// Server 3 has received nothing since it led term 1, so it does not count. Now
// the leader of term 2, which lacks the entry, reaches it.
static void old_leader_is_led_by_another(void)
{
    save(3, 1, 3, "1a");
    save(1, 1, 3, "1a");

    save(0, 2, 0, "");
    ask(0, 2, 0, 0);
    for (int voter = 2; voter <= 4; voter += 2) {
        save(voter, 2, 0, "");
        grant(0, voter, 2, 0, 0);
    }
    heartbeat(0, 2);
    save(0, 2, 0, "2b");

    save(1, 3, 1, "1a");
    ask(1, 3, 1, 1);
    for (int voter = 2; voter <= 4; voter += 2) {
        save(voter, 3, 1, "");
        grant(1, voter, 3, 1, 1);
    }
    heartbeat(1, 3);
    save(1, 3, 1, "1a3c");
    save(2, 3, 1, "1a3c");
    save(4, 3, 1, "1a3c");
    append(1, 3, 2, 3, 2);  // So it is committed.

    save(3, 2, -1, "2b");
}

UNIT_TEST(checker, old_leader_is_led_by_another)
{
    n_servers = 5;
    tell(old_leader_is_led_by_another, NULL);
}

BREAKS(leader_lacks_a_committed_entry, "Leader Completeness", {
    commit_one();
    save(2, 2, 2, "");
    ask(2, 2, 0, 0);
    save(0, 2, 2, "1a");
    tell_crash(server[0]);  // So its vote does not matter.
    grant(2, 0, 2, 0, 0);
    heartbeat(2, 2);
})

// The older leader was elected before, and its message arrives late.
KEEPS(older_leader_is_heard_late, {
    save(2, 1, 2, "");
    ask(2, 1, 0, 0);
    save(1, 1, 2, "");
    grant(2, 1, 1, 0, 0);
    save(0, 2, 0, "");
    ask(0, 2, 0, 0);
    save(1, 2, 0, "");
    grant(0, 1, 2, 0, 0);
    heartbeat(0, 2);
    save(0, 2, 0, "2a");
    save(1, 2, 0, "2a");
    heartbeat(2, 1);
})

// ---- Snapshots ----

BREAKS(log_begins_behind_the_snapshot, "State and Snapshot Together", {
    commit_one();
    snapshot_index = 0;
    save_from(0, 1, 0, 1, 1, "");
})

BREAKS(snapshot_of_what_is_not_committed, "Snapshots Cover", {
    elect(0, 1, "");
    save(0, 1, 0, "1a");
    snapshot_index = 1;
    save_from(0, 1, 0, 1, 1, "");
})

BREAKS(snapshot_of_another_term, "Snapshots Cover", {
    commit_one();
    snapshot_index = 1;
    save_from(0, 1, 0, 1, 2, "");
})

BREAKS(snapshot_goes_back, "Snapshots Never Go Back", {
    commit_one();
    save(0, 1, 0, "1a1b1c");
    save(1, 1, 0, "1a1b1c");
    snapshot_index = 3;
    save_from(1, 1, 0, 3, 1, "");
    snapshot_index = 1;
    save_from(1, 1, 0, 1, 1, "");
})

KEEPS(snapshot_keeps_what_follows, {
    commit_one();
    save(0, 1, 0, "1a1b");
    snapshot_index = 1;
    save_from(0, 1, 0, 1, 1, "1b");
    save_from(0, 1, 0, 1, 1, "1b1c");
    save(1, 1, 0, "1a1b1c");
    append(0, 1, 3, 1, 3);
})

BREAKS(snapshot_drops_what_follows, "Leader Append-Only", {
    commit_one();
    save(0, 1, 0, "1a1b");
    snapshot_index = 1;
    save_from(0, 1, 0, 1, 1, "");
})

// ---- Rafts that save nothing, or in another form ----

// A student's Raft before part 2C: only elections can be checked.
KEEPS(nothing_is_saved, {
    ask(0, 1, 0, 0);
    grant(0, 1, 1, 0, 0);
    append(0, 1, 1, 1, 1);
    succeed(0, 1, 1, 0, 0, "1a");
    apply(0, 1, "a");
})

KEEPS(something_else_is_saved, {
    persister_save_raft_state(persister[0], (struct bytes){ "mine", 4 });
    nothing_is_saved();
})

// The checker does not judge such states.
KEEPS(element_0_is_missing, {
    persister_save_raft_state(persister[0],
                              (struct bytes){ (char[12]){ 0 }, 12 });
    nothing_is_saved();
})

KEEPS(indices_are_negative, {
    save_from(0, 1, -1, -5, 0, "");
    save(0, 1, -1, "");
    nothing_is_saved();
})

UNIT_TEST(checker, unread_states_are_told_of)
{
    begin();
    save(0, 1, -1, "");
    check(checker_get_warning(checker) == NULL);
    something_else_is_saved();
    check(strcmp(checker_get_warning(checker),
                 "what server 0 saves is no PersistentState of raft.x (it "
                 "does not decode): what servers save was not checked") == 0);
    end();
}

// ---- Rafts with other RPCs ----

// Makes a server call an RPC of this name that is none of the three.
static void call_other(int from, const char *name)
{
    const struct labrpc_method method = { .name = name,
                                          .xdr_args = (xdrproc_t)xdr_Entry,
                                          .xdr_reply = (xdrproc_t)xdr_int };
    Entry entry = { .index = 1 };
    tell_sent(server[from], (from + 1) % n_servers, &method, &entry);
}

BREAKS(votes_by_another_name, "The Three RPCs", {
    call_other(0, "Raft.Vote");
    tell_leads(server[0], 1);
})

BREAKS(entries_by_another_name, "The Three RPCs", {
    ask(0, 1, 0, 0);
    grant(0, 1, 1, 0, 0);
    call_other(0, "Raft.Append");
    apply(1, 1, "a");
})

BREAKS(snapshots_by_another_name, "The Three RPCs", {
    commit_one();
    call_other(0, "Raft.Snapshot");
    tell_snapshot(server[2], 1);
})

BREAKS(name_with_other_messages, "The Three RPCs",
       { call_other(0, "Raft.AppendEntries"); })

BREAKS(handler_with_other_messages, "The Three RPCs", {
    const struct labrpc_method method = { .name = "Raft.RequestVote",
                                          .xdr_args = (xdrproc_t)xdr_Entry,
                                          .xdr_reply = (xdrproc_t)xdr_int };
    Entry entry = { .index = 1 };
    int reply = 0;
    tell_answered(server[0], server[1], &method, &entry, &reply);
})

// A fourth RPC; and a server that applies its own snapshot again.
KEEPS(rpcs_besides_the_three, {
    call_other(0, "Raft.PreVote");
    commit_one();
    apply(0, 1, "a");
    snapshot_index = 1;
    save_from(0, 1, 0, 1, 1, "");
    restart(0);
    tell_snapshot(server[0], 1);
})

// ---- A leader's messages ----

static void expect_appends(int leader, int commits_told, int refused)
{
    int its_commits_told, its_refused;
    checker_count_appends(checker, server[leader], &its_commits_told,
                          &its_refused);
    check(its_commits_told == commits_told);
    check(its_refused == refused);
}

// Commits may arrive in any order, and heartbeats repeat them.
UNIT_TEST(checker, each_commit_told_alone_counts_once)
{
    begin();
    win(0, 1);
    append(0, 1, 0, 0, 0);
    expect_appends(0, 0, 0);
    append(0, 1, 2, 1, 2);
    append(0, 1, 2, 1, 2);
    expect_appends(0, 1, 0);
    append(0, 1, 5, 1, 5);
    append(0, 1, 4, 1, 4);
    append(0, 1, 5, 1, 5);
    append(0, 1, 2, 1, 2);
    expect_appends(0, 3, 0);
    append(0, 1, 99, 1, 99);
    append(0, 1, 36, 1, 36);
    append(0, 1, 36, 1, 36);
    expect_appends(0, 5, 0);
    expect_appends(1, 0, 0);
    end();
}

// A refusal with a newer term costs the leader no further request.
UNIT_TEST(checker, refusals_in_the_same_term_are_counted)
{
    begin();
    answer(0, 1, 1, 1, 1, "1b", (AppendEntriesResponse){ .term = 1 });
    answer(0, 2, 1, 1, 1, "1b", (AppendEntriesResponse){ .term = 2 });
    succeed(0, 1, 1, 0, 0, "1a1b");
    expect_appends(0, 0, 1);
    expect_appends(1, 0, 0);
    end();
}

// ---- Other forms of saved states ----

// A Raft whose raft.x adds a field to PersistentState saves it behind the log.
UNIT_TEST(checker, a_state_may_go_on)
{
    struct saved before;
    struct change change = { 0 };
    struct bytes state = state_of(3, 1, 0, 0, "1a3b");
    struct bytes_range untouched = { 0, 0 };
    state.len += 4;
    saved_init(&before);
    check(strcmp(change_read(&change, &before, state, untouched, false),
                 "it does not decode") == 0);
    check(change_read(&change, &before, state, untouched, true) == NULL);
    check(change_last(&change) == 2);
    change_apply(&change, &before);

    // Its log is one entry longer, and the rest is behind that.
    untouched = (struct bytes_range){ 12, state.len - 4 };
    state = state_of(3, 1, 0, 0, "1a3b3c");
    state.len += 4;
    check(change_read(&change, &before, state, untouched, true) == NULL);
    check(change_last(&change) == 3);
    check(change.n_fresh == 1);
    free(change.fresh);
    saved_free(&before);
}

// A log may get shorter while its elements stay in place: the bytes behind the
// log belong to the Raft. The second state differs from the first only in its
// head.
UNIT_TEST(checker, a_shorter_log_is_followed_by_what_it_was)
{
    struct saved before;
    struct change change = { 0 };
    struct bytes state = state_of(3, 1, 0, 0, "1a3b");
    struct bytes_range untouched = { 12, state.len };
    saved_init(&before);
    check(change_read(&change, &before, state, (struct bytes_range){ 0, 0 },
                      true) == NULL);
    change_apply(&change, &before);

    ((char *)state.data)[11] = 2;
    check(change_read(&change, &before, state, untouched, true) == NULL);
    check(change_last(&change) == 1);
    check(change_cut(&change, &before) == 2);
    free(change.fresh);
    saved_free(&before);
}

// The largest index is valid.
UNIT_TEST(checker, the_last_index_may_be_the_largest)
{
    struct saved before;
    struct change change = { 0 };
    struct bytes state = state_of(3, 1, INT32_MAX, 1, "");
    saved_init(&before);
    for (int k = 0; k < 2; k++) {
        check(change_read(&change, &before, state, (struct bytes_range){ 0, 0 },
                          false) == NULL);
        check(change_last(&change) == INT32_MAX);
        check(change_cut(&change, &before) == NOTHING_CUT);
        change_apply(&change, &before);
        check(saved_last(&before) == INT32_MAX);
    }
    free(change.fresh);
    saved_free(&before);
}

// Other forms are decoded, and encoded again in the given form.
UNIT_TEST(checker, a_state_is_made_plain)
{
    struct bytes state = state_of(3, 1, 0, 0, "1a3b");
    struct bytes plain = saved_state_make_plain(state);
    check(saved_state_form() == PLAIN_FORM);
    check(plain.len == state.len);
    check(memcmp(plain.data, state.data, state.len) == 0);
    bytes_free(&plain);
    state.len -= 4;
    check(saved_state_make_plain(state).len == 0);
}

// ---- Floods ----

BREAKS(heartbeats_without_a_pause, "server 0 floods server 1: within 0.", {
    win(0, 1);
    for (int i = 0; i < 2000; i++)
        append(0, 1, 0, 0, 0);
})

BREAKS(two_requests_by_turns_without_a_pause, "server 0 floods server 1", {
    win(0, 1);
    for (int i = 0; i < 2000; i++)
        append(0, 1, i % 2, i % 2, 0);
})

BREAKS(elections_without_a_pause, "server 2 floods server 0", {
    for (int i = 0; i < 2000; i++)
        ask(2, i, 0, 0);
})

// Thousands of commands that come together, each in its own RPC.
KEEPS(commands_sent_one_by_one, {
    win(0, 1);
    for (int i = 0; i < 5000; i++)
        append(0, 1, i, i > 0, 0);
})

KEEPS(one_step_back_for_each_refusal, {
    win(0, 1);
    for (int i = 5000; i > 0; i--)
        append(0, 1, i, 1, 0);
})
