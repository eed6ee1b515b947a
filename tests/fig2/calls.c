// Requests of the server: each one waits in its handler, on a thread of the
// network, until the test has answered it.
#include "tests/fig2/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/debug_log.h"
#include "rt/mutex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- What is saved ----

static bool fill_saved(const PersistentState *state, struct saved *saved)
{
    u_int count = state->logs.logs_len;
    const Entry *entries = state->logs.logs_val;
    if (count == 0 || count > MAX_INDEX)
        return false;
    saved->term = state->current_term;
    saved->voted_for = state->voted_for;
    saved->first = entries[0].index;
    saved->last = entries[count - 1].index;
    if (saved->term < 0 || saved->first < 0 || saved->last > MAX_INDEX)
        return false;
    for (u_int k = 0; k < count; k++) {
        int index = saved->first + (int)k;
        if (entries[k].index != index)
            return false;
        saved->term_at[index] = entries[k].term;
        saved->number_at[index] = script_number_of(&entries[k]);
    }
    return true;
}

struct saved script_decode_bytes(struct bytes raft_state, struct bytes snapshot)
{
    struct saved saved = { 0 };
    PersistentState state = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, raft_state.data, (u_int)raft_state.len, XDR_DECODE);
    saved.is_valid =
        xdr_PersistentState(&xdrs, &state) && fill_saved(&state, &saved);
    saved.is_other = raft_state.len > 0 && !saved.is_valid;
    xdr_destroy(&xdrs);
    xdr_free((xdrproc_t)xdr_PersistentState, &state);
    if (snapshot.len == sizeof saved.snapshot_index)
        memcpy(&saved.snapshot_index, snapshot.data, snapshot.len);
    return saved;
}

struct saved script_decode(struct persister *persister)
{
    // The copy has the state and the snapshot of one moment.
    struct persister *copy = persister_copy(persister);
    struct bytes raft_state = persister_read_raft_state(copy);
    struct bytes snapshot = persister_read_snapshot(copy);
    persister_free(copy);
    struct saved saved = script_decode_bytes(raft_state, snapshot);
    bytes_free(&raft_state);
    bytes_free(&snapshot);
    return saved;
}

struct saved script_saved(struct script *s)
{
    struct saved saved = script_decode(script_last_life(s)->persister);
    script_check_saved(s, &saved);
    return saved;
}

// ---- A request arrives ----

static void note_arrival(const struct call *call)
{
    if (call->vote != NULL)
        debug_log_print("ASKS", ME, call->vote->term, "asks S%d for its vote",
                        call->peer);
    else if (call->append != NULL)
        debug_log_print("ASKS", ME, call->append->term,
                        "sends S%d %u entries behind %d of term %d", call->peer,
                        call->append->entries.entries_len,
                        call->append->prev_log_index,
                        call->append->prev_log_term);
    else
        debug_log_print("ASKS", ME, call->install->term,
                        "sends S%d a snapshot up to %d", call->peer,
                        call->install->last_included_index);
}

// Fails the test if the server starts elections without end, or sends without
// waiting. The test would take very long otherwise.
static void check_sent_no_more(const struct call *call, int n_sent)
{
    if (n_sent < MAX_SENT)
        return;
    const char *what = call->vote != NULL     ? "a RequestVote"
                       : call->append != NULL ? "an AppendEntries"
                                              : "an InstallSnapshot";
    int term = call->vote != NULL     ? call->vote->term
               : call->append != NULL ? call->append->term
                                      : call->install->term;
    test_fail("Timing (§5.6): servers wait, for an answer or a timeout, before "
              "they send more. Server 0 has sent %d requests, far more than "
              "this test is about; the last to server %d was %s of term %d",
              n_sent, call->peer, what, term);
}

static void check_flood_locked(struct script *s, int peer,
                               const struct request *request)
{
    must_hold(&s->mu);
    struct traffic *traffic = &s->traffic[peer];
    if (request->kind != OTHER && traffic_is_flood(traffic, request))
        test_fail("%s", flood_text(traffic, ME, peer, request).text);
}

// Queues the call and waits until it is answered or dropped.
static void await_answer(struct script *s, struct call *call,
                         const struct request *request)
{
    note_arrival(call);
    call->arrived_ns = clock_now_ns();
    pthread_mutex_lock(&s->mu);
    struct life *life = s->life;
    pthread_mutex_unlock(&s->mu);
    if (life == NULL)
        return;
    call->saved = script_decode(life->persister);
    script_check_request(call);

    pthread_mutex_lock(&s->mu);
    if (!s->ending && s->life == life) {
        script_check_unchanged(s, &call->saved);
        struct call **end = &s->calls;
        while (*end != NULL)
            end = &(*end)->next;
        *end = call;
        check_flood_locked(s, call->peer, request);
        check_sent_no_more(call, ++s->n_sent);
        if (call->vote != NULL && call->vote->term > s->newest_vote)
            s->newest_vote = call->vote->term;
        pthread_cond_broadcast(&s->changed);
        while (!call->done)
            pthread_cond_wait(&call->answered, &s->mu);
    }
    pthread_mutex_unlock(&s->mu);
}

// Answers a request that Figure 2 does not have. A request that looks like a
// RequestVote is a pre-vote: the peer would grant its vote.
static void answer_unknown(struct script *s, const struct played_method *played,
                           const void *args, void *reply)
{
    bool is_pre_vote =
        played->method.xdr_args == (xdrproc_t)xdr_RequestVoteRequest &&
        played->method.xdr_reply == (xdrproc_t)xdr_RequestVoteResponse;
    pthread_mutex_lock(&s->mu);
    struct life *life = s->life;
    pthread_mutex_unlock(&s->mu);
    if (!is_pre_vote) {
        test_remark("It has sent %s, to which the script knows no answer: a "
                    "pre-vote has to use RequestVote's messages; see lab.md, "
                    "section 2",
                    played->method.name);
        return;
    }
    const RequestVoteRequest *request = args;
    RequestVoteResponse *response = reply;
    int term = life == NULL ? 0 : script_decode(life->persister).term;
    // The peers' term is at most the server's.
    response->term = request->term < term ? request->term : term;
    response->vote_granted = true;
}

static void handle(void *receiver, const void *args, void *reply)
{
    struct played_method *played = receiver;
    struct call call = { .peer = played->peer, .reply = reply };
    if (strcmp(played->method.name, "Raft.RequestVote") == 0) {
        call.vote = args;
    } else if (strcmp(played->method.name, "Raft.AppendEntries") == 0) {
        call.append = args;
    } else if (strcmp(played->method.name, "Raft.InstallSnapshot") == 0) {
        call.install = args;
    } else {
        answer_unknown(played->script, played, args, reply);
        return;
    }
    cond_init(&call.answered);
    struct request request = request_read(&played->method, args);
    await_answer(played->script, &call, &request);
    pthread_cond_destroy(&call.answered);
}

void script_play_peers(struct script *s)
{
    int n_methods;
    const struct labrpc_method *methods = raft_methods(&n_methods);
    s->methods = alloc((size_t)(s->n * n_methods) * sizeof *s->methods);
    for (int peer = 1; peer < s->n; peer++) {
        struct labrpc_server *server = labrpc_make_server();
        for (int k = 0; k < n_methods; k++) {
            struct played_method *played = &s->methods[peer * n_methods + k];
            *played = (struct played_method){ s, peer, methods[k] };
            played->method.handler = handle;
            labrpc_add_service(server, &played->method, 1, played);
        }
        labrpc_set_server_owner(server, (struct event_life){ peer, 0 });
        char name[24];
        snprintf(name, sizeof name, "server %d", peer);
        labrpc_add_server(s->net, name, server);
    }
}

// ---- Awaiting ----

struct call *script_find(struct script *s, int within_ms,
                         bool (*suits)(const struct call *call, int peer,
                                       int min_term),
                         int peer, int min_term)
{
    script_check_time(s);
    int64_t deadline_ns = clock_now_ns() + within_ms * NS_PER_MS;
    script_note_contact(s, false);
    pthread_mutex_lock(&s->mu);
    struct call *found = NULL;
    while (found == NULL) {
        for (struct call *call = s->calls; call != NULL && found == NULL;
             call = call->next) {
            if (!call->taken && suits(call, peer, min_term))
                found = call;
        }
        if (found == NULL && clock_now_ns() >= deadline_ns)
            break;
        if (found == NULL)
            cond_wait_until(&s->changed, &s->mu, deadline_ns);
    }
    if (found != NULL)
        found->taken = true;
    pthread_mutex_unlock(&s->mu);
    return found;
}

bool script_is_vote(const struct call *call, int peer, int min_term)
{
    return call->peer == peer && call->vote != NULL &&
           call->vote->term >= min_term;
}

static bool is_append(const struct call *call, int peer, int min_term)
{
    return call->peer == peer && call->append != NULL &&
           call->append->term >= min_term;
}

static bool is_install(const struct call *call, int peer, int min_term)
{
    return call->peer == peer && call->install != NULL &&
           call->install->term >= min_term;
}

bool script_is_to_follower(const struct call *call, int peer, int min_term)
{
    return is_append(call, peer, min_term) || is_install(call, peer, min_term);
}

static struct call *await(struct script *s, const char *what,
                          bool (*suits)(const struct call *call, int peer,
                                        int min_term),
                          int peer, int min_term, const char *rule)
{
    struct call *call = script_find(s, SOON_MS, suits, peer, min_term);
    if (call == NULL) {
        int term = script_term(s);
        test_fail("%s. Server 0 (%s in term %d) has not sent server %d %s of "
                  "term %d or later within %d s",
                  rule, script_is_leader(s) ? "leader" : "not leader", term,
                  peer, what, min_term, SOON_MS / 1000);
    }
    return call;
}

struct call *script_await_vote(struct script *s, int peer, int min_term,
                               const char *rule)
{
    return await(s, "a RequestVote", script_is_vote, peer, min_term, rule);
}

struct call *script_await_append(struct script *s, int peer, int min_term,
                                 const char *rule)
{
    return await(s, "an AppendEntries", is_append, peer, min_term, rule);
}

bool script_starts_election(struct script *s, int min_term, int within_ms)
{
    int64_t deadline_ns = clock_now_ns() + within_ms * NS_PER_MS;
    script_note_contact(s, false);
    pthread_mutex_lock(&s->mu);
    while (s->newest_vote < min_term && clock_now_ns() < deadline_ns)
        cond_wait_until(&s->changed, &s->mu, deadline_ns);
    bool stands = s->newest_vote >= min_term;
    pthread_mutex_unlock(&s->mu);
    return stands;
}

// ---- Answering ----

// Lets the handler return. *call is invalid afterwards.
static void finish_locked(struct script *s, struct call *call)
{
    must_hold(&s->mu);
    struct call **at = &s->calls;
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    call->done = true;
    pthread_cond_signal(&call->answered);
}

void script_drop_calls_locked(struct script *s)
{
    must_hold(&s->mu);
    while (s->calls != NULL)
        finish_locked(s, s->calls);
    pthread_cond_broadcast(&s->changed);
}

static void finish(struct script *s, struct call *call)
{
    pthread_mutex_lock(&s->mu);
    finish_locked(s, call);
    pthread_mutex_unlock(&s->mu);
}

static void see_term(struct script *s, int peer, int term)
{
    if (term > s->played[peer].term)
        s->played[peer].term = term;
}

void script_answer_vote(struct script *s, struct call *call, int term,
                        bool granted)
{
    script_tell(s, EVENT_ASKED, 0, call->peer, term,
                "%s S0 its vote for term %d", granted ? "gives" : "refuses",
                call->vote->term);
    see_term(s, call->peer, term);
    RequestVoteResponse *reply = call->reply;
    script_vote_own_fields(s, call, term, granted);
    reply->term = term;
    reply->vote_granted = granted;
    finish(s, call);
}

void script_answer_append(struct script *s, struct call *call,
                          AppendEntriesResponse response)
{
    script_tell(s, EVENT_ASKED, 0, call->peer, response.term,
                "%s S0's %u entries behind %d of term %d",
                response.success ? "takes" : "refuses",
                call->append->entries.entries_len, call->append->prev_log_index,
                call->append->prev_log_term);
    see_term(s, call->peer, response.term);
    AppendEntriesResponse *reply = call->reply;
    script_append_own_fields(s, call, response);
    reply->term = response.term;
    reply->success = response.success;
    reply->conflict_index = response.conflict_index;
    reply->conflict_term = response.conflict_term;
    finish(s, call);
}

void script_answer_install(struct script *s, struct call *call, int term)
{
    script_tell(s, EVENT_ASKED, 0, call->peer, term, "takes S0's snapshot");
    see_term(s, call->peer, term);
    InstallSnapshotResponse *reply = call->reply;
    script_install_own_fields(s, call, term);
    reply->term = term;
    finish(s, call);
}

// The network fails a call whose reply is cut off within 100 ms.
void script_lose_request(struct script *s, struct call *call)
{
    struct labrpc_end *end = script_last_life(s)->ends[call->peer];
    script_tell(s, EVENT_ASKED, 0, call->peer, 0, "never gets S0's request");
    labrpc_cut(end, LABRPC_REPLIES, true);
    finish(s, call);
    script_sleep(s, LOSING_MS);
    labrpc_cut(end, LABRPC_REPLIES, false);
}
