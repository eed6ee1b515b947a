// The checker's ears: each event comes in here, on whatever thread it happens,
// is put in order by the lock, and handed to the rules (elections.c, logs.c,
// commits.c).
//
// In real time events are told late: a request that was made in term 3 may be
// heard of when its server has moved on to term 4. No rule takes such an order
// for what the server decided. Saves alone come in order.
#include "checker/checker.h"

#include "checker/hash.h"
#include "checker/internal.h"
#include "rt/alloc.h"

#include <sched.h>
#include <stdlib.h>

// ThreadSanitizer's, if the program is linked with it: the checker must not
// order what the servers' threads do, or it would hide their races.
#define WEAK __attribute__((weak))
WEAK void AnnotateIgnoreReadsBegin(const char *file, int line);
WEAK void AnnotateIgnoreReadsEnd(const char *file, int line);
WEAK void AnnotateIgnoreSyncBegin(const char *file, int line);
WEAK void AnnotateIgnoreSyncEnd(const char *file, int line);

static void hide_from_sanitizer(void)
{
    if (AnnotateIgnoreReadsBegin == NULL)
        return;
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
}

static void show_to_sanitizer(void)
{
    if (AnnotateIgnoreReadsBegin == NULL)
        return;
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

// A spin lock, because taking it must be no event in a simulated run; there
// nobody ever finds it taken.
static void lock(struct checker *checker)
{
    hide_from_sanitizer();
    while (atomic_flag_test_and_set_explicit(&checker->locked,
                                             memory_order_acquire))
        sched_yield();
}

static void unlock(struct checker *checker)
{
    atomic_flag_clear_explicit(&checker->locked, memory_order_release);
    show_to_sanitizer();
}

// ---- What is said on the network ----

// Counts a commit that the leader has not told of before, if it is not far
// below the highest: messages may be on their way at once, and be heard of in
// any order.
static void count_told(struct checked_life *leader, int commit)
{
    if (commit < 1)
        return;
    int newer = commit - leader->told_last;
    if (newer > 0) {
        leader->told = newer < 64 ? leader->told << newer : 0;
        leader->told_last = commit;
    }
    int age = leader->told_last - commit;
    if (age >= 64 || (leader->told >> age & 1) != 0)
        return;
    leader->told |= (uint64_t)1 << age;
    leader->n_told++;
}

static void sent(void *from, int to_number, const struct labrpc_method *method,
                 const void *args)
{
    struct checked_life *life = from;
    struct checker *checker = life->server->checker;
    struct request request = request_read(method, args);
    lock(checker);
    hear_call(life, method, request.kind);
    if (request.kind != OTHER)
        check_flood(life, to_number, &request);
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
        broken(server->checker,
               "Saved Before Answered (Figure 2, persistent state)",
               "at %s server %d answers that it is in term %d, but what it "
               "saved last, at %s, is term %d: after a crash it would be in "
               "an older term again.",
               time_now().text, server->number, term,
               time_text(server->saved.ns).text, server->saved.term);
}

// §6: who has just heard from a leader may disregard a RequestVote, and answer
// with its own term. That can be newer than the leader's by now. Who leads may,
// too; it has stood before, and others may not know yet that it leads.
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
             term->parts[server->number].candidate == replier))
            return true;
    }
    return false;
}

// §5.1: who hears of a newer term takes it over, before it answers. So a reply
// of a lower term is the replier's mistake, whoever has asked.
static void check_answers_term(struct checked_life *replier,
                               const struct checked_life *caller,
                               const struct request *request,
                               const struct reply *reply)
{
    int term = reply->term;
    if (term >= request->term || may_disregard(replier, request, reply))
        return;
    broken(replier->server->checker, "Replies Carry the Term (§5.1, Figure 2)",
           "at %s server %d answers server %d's %s of term %d with term %d. "
           "Every reply carries the replier's current_term, refusals too, and "
           "who gets a request of a newer term takes over that term first.",
           time_now().text, replier->server->number, caller->server->number,
           rpc_name(request->kind), request->term, term);
}

// Every log has index 0, until a snapshot takes its place. Who refuses it has
// another term there than who asks: if the test fails, that may be why.
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
             request->told_term);
    replier->server->checker->options.remark(sentence);
}

static void answered(void *from, void *to, const struct labrpc_method *method,
                     const void *args, const void *message)
{
    struct checked_life *caller = from, *life = to;
    struct checker *checker = life->server->checker;
    struct request request = request_read(method, args);
    struct reply reply = reply_read(request.kind, message);
    lock(checker);
    check_messages(life, method, request.kind);
    if (request.kind == APPEND && !reply.yes && reply.term == request.term) {
        caller->n_refused++;
        remark_index_0(life, caller, &request);
    }
    if (!life->crashed && request.kind != OTHER) {
        check_answers_term(life, caller, &request, &reply);
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

static void received(void *from, void *to, const struct labrpc_method *method,
                     const void *args, const void *message)
{
    struct checked_life *caller = from;
    struct checker *checker = caller->server->checker;
    struct request request = request_read(method, args);
    if (request.kind != VOTE || !reply_read(VOTE, message).yes)
        return;
    lock(checker);
    hear_vote(caller, to, &request);
    unlock(checker);
}

const struct labrpc_observer checker_network = { sent, answered, received };

// ---- What is saved ----

static void check_saved(struct checked_server *server,
                        const struct change *change, struct bytes snapshot)
{
    check_saved_vote(server, change);
    check_saved_log(server, change, snapshot);
    bool stands = stands_by(server, change);
    change_apply(change, &server->saved);
    if (stands)
        note_candidate_log(server);
    count_saved(server);
}

// What one server saves says nothing without what the others do.
static void give_up_saves(struct checked_server *server, const char *wrong)
{
    server->checker->unreadable =
        alloc_format("what server %d saves is no PersistentState of raft.x "
                     "(%s): what servers save was not checked",
                     server->number, wrong);
}

static void saved(void *self, struct bytes state,
                  struct persister_range untouched, struct bytes snapshot)
{
    struct checked_server *server = self;
    struct checker *checker = server->checker;
    struct bytes plain = { NULL, 0 };
    if (checker->form == OTHER_FORM) {
        plain = saved_state_make_plain(state);
        state = plain;
        untouched = (struct persister_range){ 0, 0 };
    }
    lock(checker);
    checker->has_saves = true;
    if (checker->unreadable == NULL) {
        const char *wrong =
            change_read(&checker->change, &server->saved, state, untouched,
                        checker->form == PLAIN_FORM_AND_MORE);
        if (wrong == NULL)
            check_saved(server, &checker->change, snapshot);
        else
            give_up_saves(server, wrong);
    }
    unlock(checker);
    bytes_free(&plain);
}

struct persister_observer checker_persister(struct checker *checker, int server)
{
    return (struct persister_observer){ saved, &checker->servers[server] };
}

// ---- What the tester sees ----

struct checked_life *checker_start(struct checker *checker, int server)
{
    struct checked_life *life = alloc(sizeof *life);
    life->server = &checker->servers[server];
    life->streams =
        alloc((size_t)checker->options.n_servers * sizeof *life->streams);
    lock(checker);
    life->starts_after = life->server->saved.first;
    life->next = checker->lives;
    checker->lives = life;
    checker->servers[server].life = life;
    unlock(checker);
    return life;
}

void checker_crash(struct checked_life *life)
{
    struct checker *checker = life->server->checker;
    lock(checker);
    life->crashed = true;
    unlock(checker);
}

void checker_leads(struct checked_life *life, int term)
{
    struct checker *checker = life->server->checker;
    lock(checker);
    if (!life->crashed)
        check_leader(life, term, "says that it acts");
    unlock(checker);
}

void checker_applied(struct checked_life *life, int index, struct bytes command)
{
    struct checker *checker = life->server->checker;
    lock(checker);
    if (!life->crashed)
        check_called(life, APPEND, "has applied a command");
    if (!life->crashed && watches_saves(checker))
        check_applied(life, index, hash_bytes(command.data, command.len));
    unlock(checker);
}

void checker_applied_snapshot(struct checked_life *life, int index)
{
    struct checker *checker = life->server->checker;
    lock(checker);
    if (!life->crashed && watches_saves(checker)) {
        if (index > life->starts_after)
            check_called(life, SNAPSHOT, "has applied a leader's snapshot");
        check_applied_up_to(life, index);
    }
    unlock(checker);
}

void checker_count_appends(struct checked_life *leader, int *commits_told,
                           int *refused)
{
    struct checker *checker = leader->server->checker;
    lock(checker);
    *commits_told = leader->n_told;
    *refused = leader->n_refused;
    unlock(checker);
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
    atomic_flag_clear(&checker->locked);
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
    hide_from_sanitizer();
    for (int i = 0; i < checker->options.n_servers; i++)
        saved_free(&checker->servers[i].saved);
    terms_free(checker);
    while (checker->lives != NULL) {
        struct checked_life *life = checker->lives;
        checker->lives = life->next;
        free(life->streams);
        free(life);
    }
    free(checker->servers);
    free(checker->change.fresh);
    free(checker->committed);
    free(checker->unreadable);
    free(checker);
    show_to_sanitizer();
}
