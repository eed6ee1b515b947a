// Reads the events, each on the thread on which it happens, and hands them to
// the rules (elections.c, logs.c, commits.c) one at a time, under the lock.
//
// In real time an event may come late: a request of term 3 may be told when its
// server is in term 4 already. So no rule relies on the order of events of
// different threads. Only a server's saves come in order.
#include "checker/checker.h"

#include "checker/internal.h"
#include "decode/hash.h"
#include "rt/alloc.h"

#include <assert.h>
#include <stdlib.h>

static void lock(struct checker *checker)
{
    unseen_lock(&checker->lock);
}

static void lock_for(struct checker *checker, const struct event *event)
{
    lock(checker);
    checker->now = (struct moment){ event->time_ns, event->number };
}

static void unlock(struct checker *checker)
{
    unseen_unlock(&checker->lock);
}

static struct checked_life *life_of(const struct checker *checker,
                                    struct event_life life)
{
    assert(life.number > 0);
    assert(life.number < checker->lives_capacity);
    return checker->lives[life.number];
}

// ---- Messages ----

// Counts a leader_commit that the leader has not sent before. One that is 64 or
// more below the highest is not counted. Messages can be told in any order.
static void count_told(struct checked_life *leader, int commit)
{
    if (commit < 1)
        return;
    int newer = commit - leader->highest_told;
    if (newer > 0) {
        leader->told_mask = newer < 64 ? leader->told_mask << newer : 0;
        leader->highest_told = commit;
    }
    int age = leader->highest_told - commit;
    if (age >= 64 || (leader->told_mask >> age & 1) != 0)
        return;
    leader->told_mask |= (uint64_t)1 << age;
    leader->n_told++;
}

static void hear_sent(struct checker *checker, const struct event *event)
{
    const struct labrpc_method *method = event->message.method;
    struct request request = request_read(method, event->message.args);
    lock_for(checker, event);
    struct checked_life *life = life_of(checker, event->life);
    hear_call(life, method, request.kind);
    if (request.kind != OTHER)
        check_flood(life, event->message.peer.server, &request);
    if (request.kind == VOTE) {
        check_candidate_log(life, &request);
        hear_candidate(life, &request);
    } else if (request.kind != OTHER) {
        check_leader(life, request.term,
                     request.kind == APPEND ? "sends AppendEntries"
                                            : "sends InstallSnapshot");
        if (request.kind == APPEND && request.n_entries == 0)
            count_told(life, request.leader_commit);
        if (watches_saves(checker) && !life->crashed) {
            check_sent_entries(life, &request);
            check_announced(life, &request);
        }
    }
    unlock(checker);
}

// Figure 2: persistent state is "updated on stable storage before responding to
// RPCs".
static void check_term_is_saved(struct checked_server *server, int term)
{
    if (term > server->saved.term)
        fail_rule(server->checker,
                  "Saved Before Answered (Figure 2, persistent state)",
                  server->last_save,
                  "at %s server %d answers that it is in term %d, but what it "
                  "saved last, at %s, is term %d: after a crash it would be in "
                  "an older term again.",
                  time_now().text, server->number, term,
                  time_text(server->last_save).text, server->saved.term);
}

// §6: a server that has just heard from a leader may disregard a RequestVote
// and answer with its own term, which can be newer than that leader's by now. A
// leader may disregard a RequestVote, too. The checker may not know yet that
// the server leads, so a candidate counts as a leader here.
static bool may_disregard(const struct checked_life *replier,
                          const struct request *request,
                          const struct reply *reply)
{
    if (request->kind != VOTE || reply->yes)
        return false;
    const struct checked_server *server = replier->server;
    const struct checker *checker = server->checker;
    for (int t = 0; t < checker->n_terms; t++) {
        const struct term *term = &checker->terms[t];
        if (term->number <= reply->term &&
            (term->leader != NULL ||
             term->acts[server->number].candidate == replier))
            return true;
    }
    return false;
}

// §5.1: a server that sees a newer term adopts it before it answers. So a reply
// with a lower term than the request's breaks a rule.
//   arrived  the event of the request's arrival
static void check_answers_term(struct checked_life *replier,
                               const struct checked_life *caller,
                               const struct request *request,
                               const struct reply *reply, uint64_t arrived)
{
    int term = reply->term;
    if (term >= request->term || may_disregard(replier, request, reply))
        return;
    fail_rule(
        replier->server->checker, "Replies Carry the Term (§5.1, Figure 2)",
        ((struct moment){ .event = arrived }),
        "at %s server %d answers server %d's %s of term %d with term %d. "
        "Every reply carries the replier's current_term, refusals too, and "
        "who gets a request of a newer term takes over that term first.",
        time_now().text, replier->server->number, caller->server->number,
        rpc_name(request->kind), request->term, term);
}

// Every log has an element 0, which stands for index 0 until a snapshot covers
// more. A follower that refuses prev_log_index 0 has another term at index 0
// than the leader sent. If the test fails later, that may be the reason.
static void remark_index_0(const struct checked_life *replier,
                           const struct checked_life *caller,
                           const struct request *request)
{
    if (request->index != 0 || replier->crashed ||
        replier->server->checker->unreadable != NULL ||
        replier->server->saved.first != 0)
        return;
    char sentence[200];
    snprintf(sentence, sizeof sentence,
             "At %s server %d refused server %d's AppendEntries with "
             "prev_log_index 0 and prev_log_term %d. Index 0 is in every log, "
             "and has term 0: see raft.x",
             time_now().text, replier->server->number, caller->server->number,
             request->sent_index_term);
    replier->server->checker->options.remark(sentence);
}

static void hear_answer(struct checker *checker, const struct event *event)
{
    const struct labrpc_method *method = event->message.method;
    struct request request = request_read(method, event->message.args);
    struct reply reply = reply_read(request.kind, event->message.reply);
    lock_for(checker, event);
    struct checked_life *life = life_of(checker, event->life);
    struct checked_life *caller = life_of(checker, event->message.peer);
    check_messages(life, method, request.kind);
    if (request.kind == APPEND && !reply.yes && reply.term == request.term) {
        caller->n_refused++;
        remark_index_0(life, caller, &request);
    }
    if (!life->crashed && request.kind != OTHER) {
        check_answers_term(life, caller, &request, &reply, event->cause);
        if (request.kind == VOTE && reply.yes)
            check_vote(life, caller, &request);
        if (watches_saves(checker)) {
            if (request.kind == APPEND && reply.yes)
                check_success(life, &request, reply.term);
            check_term_is_saved(life->server, reply.term);
        }
    }
    unlock(checker);
}

static void hear_received(struct checker *checker, const struct event *event)
{
    struct request request =
        request_read(event->message.method, event->message.args);
    if (request.kind != VOTE || !reply_read(VOTE, event->message.reply).yes)
        return;
    lock_for(checker, event);
    hear_vote(life_of(checker, event->life),
              life_of(checker, event->message.peer), &request);
    unlock(checker);
}

// ---- Saves ----

static void check_saved(struct checked_server *server,
                        const struct change *change, struct bytes snapshot)
{
    check_saved_vote(server, change);
    check_saved_log(server, change, snapshot);
    bool stands = stands_by(server, change);
    change_apply(change, &server->saved);
    server->last_save = server->checker->now;
    if (stands)
        note_candidate_log(server);
    count_saved(server);
}

// Turns the rules of logs and commits off for all servers: they compare what
// the servers have saved.
static void give_up_saves(struct checked_server *server, const char *wrong)
{
    server->checker->unreadable =
        alloc_format("what server %d saves is no PersistentState of raft.x "
                     "(%s): what servers save was not checked",
                     server->number, wrong);
}

static void hear_saved(struct checker *checker, const struct event *event)
{
    struct checked_server *server = &checker->servers[event->life.server];
    struct bytes state = event->saved.raft_state;
    struct bytes_range untouched = event->saved.untouched;
    struct bytes plain = { NULL, 0 };
    if (checker->form == OTHER_FORM) {
        plain = saved_state_make_plain(state);
        state = plain;
        untouched = (struct bytes_range){ 0, 0 };
    }
    lock_for(checker, event);
    checker->n_saves++;
    if (checker->unreadable == NULL) {
        const char *wrong =
            change_read(&checker->change, &server->saved, state, untouched,
                        checker->form == PLAIN_FORM_AND_MORE);
        if (wrong == NULL)
            check_saved(server, &checker->change, event->saved.snapshot);
        else
            give_up_saves(server, wrong);
    }
    unlock(checker);
    bytes_free(&plain);
}

// ---- The tester's events ----

// Lives may be told in another order than that of their numbers.
static void add_life(struct checker *checker, struct checked_life *life,
                     int number)
{
    int capacity = checker->lives_capacity;
    while (capacity <= number)
        capacity = capacity > 0 ? 2 * capacity : 16;
    if (capacity > checker->lives_capacity) {
        checker->lives = alloc_resize(checker->lives, (size_t)capacity,
                                      sizeof *checker->lives);
        for (int k = checker->lives_capacity; k < capacity; k++)
            checker->lives[k] = NULL;
        checker->lives_capacity = capacity;
    }
    checker->lives[number] = life;
}

static void hear_start(struct checker *checker, const struct event *event)
{
    struct checked_life *life = alloc(sizeof *life);
    life->server = &checker->servers[event->life.server];
    life->traffic =
        alloc((size_t)checker->options.n_servers * sizeof *life->traffic);
    lock_for(checker, event);
    life->starts_after = life->server->saved.first;
    life->server->life = life;
    add_life(checker, life, event->life.number);
    unlock(checker);
}

static void hear_crash(struct checker *checker, const struct event *event)
{
    lock_for(checker, event);
    life_of(checker, event->life)->crashed = true;
    unlock(checker);
}

static void hear_leader(struct checker *checker, const struct event *event)
{
    lock_for(checker, event);
    struct checked_life *life = life_of(checker, event->life);
    if (!life->crashed)
        check_leader(life, event->term, "says that it acts");
    unlock(checker);
}

static void hear_applied(struct checker *checker, const struct event *event)
{
    struct bytes command = event->applied.command;
    lock_for(checker, event);
    struct checked_life *life = life_of(checker, event->life);
    if (!life->crashed)
        check_called(life, APPEND, "has applied a command");
    if (!life->crashed && watches_saves(checker))
        check_applied(life, event->applied.index,
                      hash_bytes(command.data, command.len));
    unlock(checker);
}

static void hear_snapshot(struct checker *checker, const struct event *event)
{
    int index = event->applied.index;
    lock_for(checker, event);
    struct checked_life *life = life_of(checker, event->life);
    if (!life->crashed && watches_saves(checker)) {
        if (index > life->starts_after)
            check_called(life, SNAPSHOT, "has applied a leader's snapshot");
        check_applied_up_to(life, index);
    }
    unlock(checker);
}

static void hear(void *self, const struct event *event)
{
    static void (*const ears[N_EVENT_KINDS])(struct checker *,
                                             const struct event *) = {
        [EVENT_STARTED] = hear_start,
        [EVENT_CRASHED] = hear_crash,
        [EVENT_LEADS] = hear_leader,
        [EVENT_APPLIED] = hear_applied,
        [EVENT_APPLIED_SNAPSHOT] = hear_snapshot,
        [EVENT_REQUEST_SENT] = hear_sent,
        [EVENT_REPLY_SENT] = hear_answer,
        [EVENT_REPLY_ARRIVED] = hear_received,
        [EVENT_SAVED] = hear_saved,
    };
    if (ears[event->kind] != NULL)
        ears[event->kind](self, event);
}

struct event_reader checker_reader(struct checker *checker)
{
    return (struct event_reader){ hear, checker };
}

// ---- The tester's questions ----

void checker_count_appends(struct checker *checker, struct event_life leader,
                           int *commits_told, int *refused)
{
    lock(checker);
    const struct checked_life *life = life_of(checker, leader);
    *commits_told = life->n_told;
    *refused = life->n_refused;
    unlock(checker);
}

int checker_count_saves(struct checker *checker)
{
    lock(checker);
    int saves = checker->n_saves;
    unlock(checker);
    return saves;
}

const char *checker_get_warning(struct checker *checker)
{
    lock(checker);
    const char *warning = checker->unreadable;
    unlock(checker);
    return warning;
}

// ---- Making and freeing ----

struct checker *checker_make(const struct checker_options *options)
{
    struct checker *checker = alloc(sizeof *checker);
    checker->options = *options;
    checker->form = saved_state_form();
    checker->servers =
        alloc((size_t)options->n_servers * sizeof *checker->servers);
    for (int i = 0; i < options->n_servers; i++) {
        checker->servers[i] =
            (struct checked_server){ .checker = checker, .number = i };
        saved_init(&checker->servers[i].saved);
    }
    return checker;
}

void checker_free(struct checker *checker)
{
    unseen_begin();
    for (int i = 0; i < checker->options.n_servers; i++)
        saved_free(&checker->servers[i].saved);
    terms_free(checker);
    for (int k = 0; k < checker->lives_capacity; k++) {
        if (checker->lives[k] != NULL)
            free(checker->lives[k]->traffic);
        free(checker->lives[k]);
    }
    free(checker->lives);
    free(checker->servers);
    free(checker->change.fresh);
    free(checker->committed);
    free(checker->unreadable);
    free(checker);
    unseen_end();
}
