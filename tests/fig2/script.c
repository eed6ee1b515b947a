// The script: starts, crashes and ends the server, and sends it requests. All
// of this runs on the test's main thread.
#include "tests/fig2/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/debug_log.h"
#include "rt/mutex.h"
#include "tester/telling.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVER "server 0"

// How often a candidate repeats a request that the server ignores.
#define ASK_AGAIN_MS 10

// ---- Starting, crashing and ending ----

// Starts the server with what this persister holds.
static void start(struct script *s, struct persister *persister)
{
    test_check(s->n_lives < MAX_LIVES, "the script has no more lives");
    struct life *life = life_make(s->net, s->n, ME);
    life->persister = persister;
    life->apply_ch = channel_make(sizeof(struct apply_msg), 0);
    life->watchdog = s->watchdog;
    life->event_life = events_start_life(s->events, ME);
    life->owner = s;
    persister_set_events(persister, s->events, life->event_life);
    s->lives[s->n_lives] = life;
    s->n_lives++;
    for (int peer = 0; peer < s->n; peer++) {
        life_make_end(life, peer, (uint64_t)s->n_lives);
        labrpc_enable(life->ends[peer], true);
    }

    struct saved saved = script_decode(persister);
    s->life_start_ns = clock_now_ns();
    s->first_term = saved.term;
    atomic_store(&s->was_contacted, false);
    pthread_mutex_lock(&s->mu);
    s->life = life;
    s->applied = saved.snapshot_index;
    s->n_snapshots = 0;
    pthread_mutex_unlock(&s->mu);
    life_start(life, script_receive);
}

struct script *script_begin(int n, const char *title)
{
    printf("%s ...\n", title);
    struct script *s = alloc(sizeof *s);
    test_check(n <= MAX_PEERS, "a script has at most %d servers", MAX_PEERS);
    s->n = n;
    s->start_ns = clock_now_ns();
    current_verdict->too_busy_ms = TOO_LATE_MS;
    s->watchdog = watchdog_start();
    pthread_mutex_init(&s->mu, NULL);
    cond_init(&s->changed);
    s->net = labrpc_make_network();
    s->events = test_events();
    labrpc_set_events(s->net, s->events);
    s->end = labrpc_make_end(s->net, "script");
    // A message says itself for which peer the script speaks.
    labrpc_set_owner(s->end, EVENT_OF_ALL, ME);
    labrpc_connect(s->end, SERVER);
    labrpc_enable(s->end, true);
    script_play_peers(s);
    events_add_reader(s->events, script_save_reader(s));
    events_tell(s->events, &(struct event){ .kind = EVENT_TEST_BEGINS,
                                            .life = EVENT_OF_ALL,
                                            .begins = { .n_servers = n,
                                                        .has_script = true,
                                                        .title = title } });
    start(s, persister_make());
    return s;
}

uint64_t script_tell(struct script *s, enum event_kind kind, uint64_t cause,
                     int server, int term, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    debug_log_print("TEST", server, term, "%s", text);
    struct event_life life = { .server = server };
    if (server == ME)
        life = script_last_life(s)->event_life;
    return events_tell(s->events, &(struct event){ .kind = kind,
                                                   .life = life,
                                                   .cause = cause,
                                                   .words.text = text });
}

struct life *script_last_life(const struct script *s)
{
    return s->lives[s->n_lives - 1];
}

// Ends the life of the server, by life_kill or life_crash.
static void end_server(struct script *s, void (*end)(struct life *life))
{
    struct life *life = script_last_life(s);
    events_tell(s->events, &(struct event){ .kind = EVENT_CRASHED,
                                            .life = life->event_life });
    atomic_store(&s->observer, NULL);
    labrpc_delete_server(s->net, SERVER);
    for (int peer = 0; peer < s->n; peer++)
        labrpc_enable(life->ends[peer], false);
    end(life);

    pthread_mutex_lock(&s->mu);
    s->life = NULL;
    s->holding = false;
    script_drop_calls_locked(s);
    pthread_mutex_unlock(&s->mu);
}

void script_restart(struct script *s)
{
    debug_log_print("TEST", ME, 0, "crashes, and starts again");
    // The crashed server may still write to the old persister. The copy has
    // none of that.
    struct persister *copy =
        persister_hand_over(script_last_life(s)->persister);
    end_server(s, life_crash);
    start(s, copy);
}

static void record_figures(struct script *s)
{
    struct verdict *v = current_verdict;
    v->seconds = (double)(clock_now_ns() - s->start_ns) / 1e9;
    v->servers = s->n;
    v->rpcs = labrpc_get_total_count(s->net);
    v->bytes = labrpc_get_total_bytes(s->net);
    v->commands = script_applied(s);
}

void script_end(struct script *s)
{
    record_figures(s);
    end_server(s, life_kill);
    pthread_mutex_lock(&s->mu);
    s->ending = true;
    script_drop_calls_locked(s);
    pthread_mutex_unlock(&s->mu);

    life_end_network(s->net, s->watchdog);
    script_end_stand_ins(s);
    for (int k = 0; k < s->n_lives; k++)
        life_free(s->lives[k]);
    labrpc_free_network(s->net);
    events_remove_reader(s->events, script_save_reader(s));
    watchdog_stop(s->watchdog);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mu);
    free(s->methods);
    free(s);
}

void script_check_time(struct script *s)
{
    if (clock_now_ns() - s->start_ns < SCRIPT_LIMIT_S * 1000 * NS_PER_MS)
        return;
    pthread_mutex_lock(&s->mu);
    int n_sent = s->n_sent, n_answered = s->n_answered;
    double answering_s = (double)s->answering_ns / 1e9;
    pthread_mutex_unlock(&s->mu);
    test_fail("Timing (§5.6): servers answer an RPC much sooner than an "
              "election timeout elapses. The script has not come to its end "
              "within %d s: server 0 has answered %d requests in %.1f s, and "
              "has sent %d itself; it is %s in term %d",
              SCRIPT_LIMIT_S, n_answered, answering_s, n_sent,
              script_is_leader(s) ? "leader" : "not leader", script_term(s));
}

int script_sleep(struct script *s, int ms)
{
    script_check_time(s);
    script_note_contact(s, false);
    int64_t from_ns = clock_now_ns();
    sleep_ms(ms);
    return (int)((clock_now_ns() - from_ns) / NS_PER_MS);
}

// ---- Requests to the server ----

int script_command(int index, int term)
{
    return 1000 * term + index;
}

const struct labrpc_method *script_find_method(const char *name)
{
    int n_methods;
    const struct labrpc_method *methods = raft_methods(&n_methods);
    for (int k = 0; k < n_methods; k++) {
        if (strcmp(methods[k].name, name) == 0)
            return &methods[k];
    }
    test_fail("raft_methods has no %s", name);
}

void script_note_contact(struct script *s, bool is_call)
{
    if (atomic_exchange(&s->was_contacted, true) || !is_call)
        return;
    int term = script_term(s);
    if (term > s->first_term)
        test_remark(
            "Before the script had spoken to server 0, %lld ms after "
            "its start, it was in term %d: it had stood for election",
            (long long)((clock_now_ns() - s->life_start_ns) / NS_PER_MS), term);
}

// The network loses nothing here, so a call that fails is a handler that does
// not return.
static void call_server(struct script *s, const char *name, const void *request,
                        void *reply)
{
    script_note_contact(s, true);
    char what[120];
    snprintf(what, sizeof what,
             "the handler of %s (does somebody hold the lock while an RPC or "
             "the apply channel waits?)",
             name);
    script_check_time(s);
    int64_t from_ns = clock_now_ns();
    struct watched_call call;
    watchdog_begin_call(s->watchdog, &call, what, ME, CALL_LIMIT_MS);
    const struct labrpc_method *method = script_find_method(name);
    bool answered = labrpc_call(s->end, method, request, reply);
    watchdog_end_call(s->watchdog, &call);
    // Only fields of the student's own can be pointers.
    xdr_free(method->xdr_reply, reply);
    pthread_mutex_lock(&s->mu);
    s->n_answered++;
    s->answering_ns += clock_now_ns() - from_ns;
    pthread_mutex_unlock(&s->mu);
    test_check(answered,
               "Raft basics (§5.1): servers answer RPCs. Server 0, which runs "
               "and can be reached, did not answer %s",
               name);
}

static void begin_term_locked(struct script *s, int term)
{
    must_hold(&s->mu);
    if (term <= s->newest_asked_term)
        return;
    s->newest_asked_term = term;
    memset(s->claimed, 0, sizeof s->claimed);
}

// The leader of `term` states that its log has this entry. If it has stated
// another term before, the script is wrong: the server may do anything then.
static void claim(struct script *s, int term, int index, int entry_term)
{
    pthread_mutex_lock(&s->mu);
    begin_term_locked(s, term);
    int before = term < s->newest_asked_term ? 0 : s->claimed[index];
    if (term == s->newest_asked_term)
        s->claimed[index] = entry_term;
    pthread_mutex_unlock(&s->mu);
    test_check(before == 0 || before == entry_term,
               "the script contradicts itself: in term %d entry %d is of term "
               "%d and of term %d",
               term, index, before, entry_term);
}

RequestVoteResponse script_request_vote_once(struct script *s, int term,
                                             int candidate, int last_index,
                                             int last_term)
{
    // Designated initialisers: a student's own fields would cause warnings
    // otherwise.
    RequestVoteRequest request = { .term = term,
                                   .candidate_id = candidate,
                                   .last_log_index = last_index,
                                   .last_log_term = last_term };
    RequestVoteResponse response = { 0 };
    uint64_t asked = script_tell(s, EVENT_ASKED, 0, candidate, term,
                                 "asks S0 for its vote, last entry %d "
                                 "of term %d",
                                 last_index, last_term);
    pthread_mutex_lock(&s->mu);
    begin_term_locked(s, term);
    pthread_mutex_unlock(&s->mu);
    call_server(s, "Raft.RequestVote", &request, &response);
    script_tell(s, EVENT_ANSWERED, asked, ME, response.term, "%s S%d its vote",
                response.vote_granted ? "gives" : "refuses", candidate);
    // A server that has just heard from a leader may ignore the request (§6).
    if (response.vote_granted)
        script_check_reply("a RequestVote", term, response.term);
    return response;
}

bool script_ignores(RequestVoteResponse response, int term)
{
    return !response.vote_granted && response.term < term;
}

RequestVoteResponse script_request_vote(struct script *s, int term,
                                        int candidate, int last_index,
                                        int last_term)
{
    int64_t deadline_ns = clock_now_ns() + LONGEST_MS * NS_PER_MS;
    RequestVoteResponse response =
        script_request_vote_once(s, term, candidate, last_index, last_term);
    while (script_ignores(response, term) && clock_now_ns() < deadline_ns) {
        script_sleep(s, ASK_AGAIN_MS);
        response =
            script_request_vote_once(s, term, candidate, last_index, last_term);
    }
    // A follower that has heard from no leader for so long may not ignore it.
    if (script_ignores(response, term) && !script_is_leader(s))
        script_check_reply("a RequestVote", term, response.term);
    return response;
}

// Index 0 is in every log, until a snapshot replaces it.
static void remark_index_0(struct script *s)
{
    if (script_decode(script_last_life(s)->persister).first == 0)
        test_remark("Server 0 refused an AppendEntries with prev_log_index 0 "
                    "and prev_log_term 0. Index 0 is in every log, and has "
                    "term 0: see raft.x");
}

AppendEntriesResponse script_append(struct script *s, struct append append)
{
    Entry entries[MAX_INDEX];
    int numbers[MAX_INDEX];
    for (int k = 0; k < append.entries.count; k++) {
        int index = append.prev_index + 1 + k;
        int term = append.entries.term[k];
        numbers[k] = script_command(index, term);
        entries[k] =
            (Entry){ .index = index,
                     .term = term,
                     .command = { sizeof numbers[k], (char *)&numbers[k] } };
    }
    AppendEntriesRequest request = {
        .term = append.term,
        .leader_id = append.leader,
        .prev_log_index = append.prev_index,
        .prev_log_term = append.prev_term,
        .leader_commit = append.commit,
        .entries = { (u_int)append.entries.count, entries },
    };
    AppendEntriesResponse response = { 0 };
    uint64_t asked = script_tell(
        s, EVENT_ASKED, 0, append.leader, append.term,
        "sends S0 %d entries behind %d of term %d, leader_commit %d",
        append.entries.count, append.prev_index, append.prev_term,
        append.commit);
    claim(s, append.term, append.prev_index, append.prev_term);
    for (int k = 0; k < append.entries.count; k++)
        claim(s, append.term, append.prev_index + 1 + k,
              append.entries.term[k]);
    call_server(s, "Raft.AppendEntries", &request, &response);
    script_tell(s, EVENT_ANSWERED, asked, ME, response.term, "%s S%d's entries",
                response.success ? "takes" : "refuses", append.leader);
    script_check_reply("an AppendEntries", append.term, response.term);
    if (append.prev_index == 0 && !response.success &&
        response.term == append.term)
        remark_index_0(s);
    return response;
}

int script_install(struct script *s, int term, int last_index, int last_term)
{
    int data = script_snapshot_data(last_index);
    InstallSnapshotRequest request = {
        .term = term,
        .leader_id = 1,
        .last_included_index = last_index,
        .last_included_term = last_term,
        .data = { sizeof data, (char *)&data },
    };
    InstallSnapshotResponse response = { 0 };
    pthread_mutex_lock(&s->mu);
    s->installed_term[last_index] = last_term;
    pthread_mutex_unlock(&s->mu);
    uint64_t asked = script_tell(s, EVENT_ASKED, 0, 1, term,
                                 "sends S0 a snapshot up to %d of term %d",
                                 last_index, last_term);
    claim(s, term, last_index, last_term);
    call_server(s, "Raft.InstallSnapshot", &request, &response);
    script_tell(s, EVENT_ANSWERED, asked, ME, response.term,
                "has S1's snapshot");
    script_check_reply("an InstallSnapshot", term, response.term);
    return response.term;
}

AppendEntriesResponse script_heartbeat(struct script *s, int term)
{
    return script_append(s, (struct append){ .term = term, .leader = 1 });
}

void script_give_log(struct script *s, int term, struct terms log, int commit)
{
    AppendEntriesResponse response = script_append(
        s, (struct append){
               .term = term, .leader = 1, .entries = log, .commit = commit });
    test_check(response.success,
               "AppendEntries (Figure 2, §5.3): the log is empty, so entries "
               "from index 1 on fit in any case. Server 0 (term %d) refused "
               "%d of them, of term %d",
               response.term, log.count, term);
    script_await_applied(s, commit,
                         "AppendEntries step 5 (Figure 2, §5.3): if "
                         "leader_commit > commit_index, set commit_index");
}

int script_new_term(struct script *s)
{
    int term = script_term(s);
    pthread_mutex_lock(&s->mu);
    if (s->newest_asked_term > term)
        term = s->newest_asked_term;
    pthread_mutex_unlock(&s->mu);
    return term + 1;
}

void script_fail_short_timeouts(void)
{
    test_fail("Timing (§5.6): an election timeout is much longer than an RPC "
              "takes. Server 0 has stood for election %d times, each time "
              "before it was told of the leader of its term",
              MAX_EARLY_ELECTIONS);
}

// The server may start an election between two steps, and be in a newer term.
bool script_holds(struct script *s, int index, int entry_term)
{
    for (int k = 0; k < MAX_EARLY_ELECTIONS; k++) {
        int term = script_new_term(s);
        AppendEntriesResponse response =
            script_append(s, (struct append){ .term = term,
                                              .leader = 1,
                                              .prev_index = index,
                                              .prev_term = entry_term });
        if (response.term <= term)
            return response.success;
    }
    script_fail_short_timeouts();
}
