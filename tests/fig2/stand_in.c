// Fields that a student has added to the replies. Only the student's Raft knows
// their values, so the played peer asks it. A stand-in is a second Raft, on a
// network of its own. It gets the peer's term and log, and then the request
// that the peer received. It answers one request. The script still sets the
// fields of the given raft.x itself.
//
// If there are no added fields, none of this runs.
#include "tests/fig2/internal.h"

#include "labrpc/internal.h"
#include "rt/alloc.h"
#include "rt/go.h"

#include <stdio.h>
#include <stdlib.h>

struct stand_in {
    struct script *script;
    struct labrpc_network *net;
    struct labrpc_end *end;  // From the script to the stand-in.
    struct life *life;
    pthread_t reaper;
    struct stand_in *next;
};

// ---- The stand-in's life ----

static struct stand_in *begin(struct script *s, int me)
{
    struct stand_in *self = alloc(sizeof *self);
    self->script = s;
    self->net = labrpc_make_network();
    self->end = labrpc_make_end(self->net, "script");
    labrpc_connect(self->end, life_server_name(me).text);
    labrpc_enable(self->end, true);
    self->life = life_make(self->net, s->n, me);
    self->life->persister = persister_make();
    self->life->apply_ch = channel_make(sizeof(struct apply_msg), 0);
    for (int peer = 0; peer < s->n; peer++)
        life_make_end(self->life, peer, 0);
    life_start(self->life, life_drop_applied);
    return self;
}

// Its threads may take long to end. No one waits for them before the test ends.
static void *reap(void *arg)
{
    struct stand_in *self = arg;
    life_end_network(self->net, NULL);
    life_free(self->life);
    labrpc_free_network(self->net);
    return NULL;
}

static void end(struct stand_in *self)
{
    labrpc_delete_server(self->net, life_server_name(self->life->server).text);
    life_kill(self->life);
    self->next = self->script->stand_ins;
    self->script->stand_ins = self;
    go_thread(&self->reaper, reap, self);
}

void script_end_stand_ins(struct script *s)
{
    while (s->stand_ins != NULL) {
        struct stand_in *self = s->stand_ins;
        s->stand_ins = self->next;
        pthread_join(self->reaper, NULL);
        free(self);
    }
    for (int peer = 0; peer < s->n; peer++)
        answer_free(&s->answers[peer]);
}

// ---- Setting its state ----

// Sends the stand-in a request that brings it into the peer's state, and drops
// the reply.
#define SEND(self, message, request)                                           \
    do {                                                                       \
        message##Response response_ = { 0 };                                   \
        labrpc_call((self)->end, script_find_method("Raft." #message),         \
                    &(request), &response_);                                   \
        xdr_free((xdrproc_t)xdr_##message##Response, &response_);              \
    } while (0)

static void install(struct stand_in *self, const struct played_peer *p,
                    int term, int leader)
{
    int data = script_snapshot_data(p->base);
    InstallSnapshotRequest request = {
        .term = term,
        .leader_id = leader,
        .last_included_index = p->base,
        .last_included_term = p->term_at[p->base],
        .data = { sizeof data, (char *)&data },
    };
    SEND(self, InstallSnapshot, request);
}

// Sends the peer's log up to `last`, as the leader of this term.
static void give_log(struct stand_in *self, const struct played_peer *p,
                     int last, int term, int leader)
{
    Entry entries[MAX_INDEX];
    int numbers[MAX_INDEX];
    int count = 0;
    for (int index = p->base + 1; index <= last; index++, count++) {
        numbers[count] = p->number_at[index];
        entries[count] =
            (Entry){ .index = index,
                     .term = p->term_at[index],
                     .command = { sizeof(int), (char *)&numbers[count] } };
    }
    AppendEntriesRequest request = {
        .term = term,
        .leader_id = leader,
        .prev_log_index = p->base,
        .prev_log_term = p->term_at[p->base],
        .entries = { (u_int)count, entries },
    };
    if (p->base > 0)
        install(self, p, term, leader);
    SEND(self, AppendEntries, request);
}

// Makes the stand-in vote for another candidate in this term.
static void cast_vote(struct stand_in *self, int term, int candidate)
{
    RequestVoteRequest request = { .term = term,
                                   .candidate_id = candidate,
                                   .last_log_index = MAX_INDEX,
                                   .last_log_term = term };
    SEND(self, RequestVote, request);
}

// ---- Asking it ----

// Returns a peer that is neither this one nor the server.
static int other_peer(const struct script *s, int peer)
{
    return peer + 1 < s->n ? peer + 1 : 1;
}

// Returns a stand-in with the peer's log up to `last`. Its term is the reply's
// term if that is newer than the request's, else a term before it.
static struct stand_in *prepare(struct script *s, const struct call *call,
                                int last, int asked_term, int reply_term)
{
    const struct played_peer *p = &s->played[call->peer];
    int term = reply_term;
    if (term <= asked_term) {
        int last_term = last > 0 ? p->term_at[last] : 0;
        term = asked_term - 1 > last_term ? asked_term - 1 : last_term;
    }
    struct stand_in *self = begin(s, call->peer);
    if (term > 0)
        give_log(self, p, last, term, other_peer(s, call->peer));
    return self;
}

// A question to a stand-in.
struct question {
    const struct labrpc_method *method;
    const struct call *call;
    const void *request;  // In the call.
    int last;             // The stand-in's log goes up to here.
    int asked_term;       // The request's.
    int reply_term;
    bool has_voted;  // For another candidate, in the request's term.
};

// All that the answer depends on. The caller frees the bytes.
static struct bytes encode(const struct script *s, const struct question *q)
{
    char *text;
    size_t len;
    FILE *to = alloc_stream(&text, &len);
    int what[] = { q->last, q->asked_term, q->reply_term, q->has_voted };
    fwrite(what, sizeof what, 1, to);
    fwrite(&s->played[q->call->peer], sizeof s->played[0], 1, to);
    fputs(q->method->name, to);
    struct bytes request = labrpc_encode("arguments", q->method->name,
                                         q->method->xdr_args, q->request);
    fwrite(request.data, request.len, 1, to);
    bytes_free(&request);
    fclose(to);
    return (struct bytes){ text, len };
}

// Asks a stand-in, unless the peer's last answer was to the same: a leader
// repeats its heartbeats. On a busy machine a stand-in can take longer than the
// leader waits between two, so that the answers would come ever later.
static void ask(struct script *s, struct question q, const char *method)
{
    q.method = script_find_method(method);
    int peer = q.call->peer;
    struct bytes question = encode(s, &q);
    if (answer_recall(&s->answers[peer], question, q.method, q.call->reply)) {
        bytes_free(&question);
        return;
    }
    struct stand_in *self =
        prepare(s, q.call, q.last, q.asked_term, q.reply_term);
    if (q.has_voted)
        cast_vote(self, q.asked_term, other_peer(s, peer));
    if (labrpc_call(self->end, q.method, q.request, q.call->reply))
        answer_keep(&s->answers[peer], question, q.method, q.call->reply);
    else
        bytes_free(&question);
    end(self);
}

// ---- The three kinds of replies ----

// Is the reply longer than that of the given raft.x, which has so many bytes?
// (A string that is not set does not encode: its size is 0.)
static bool has_own_fields(xdrproc_t xdr, void *empty, unsigned long bytes)
{
    return xdr_sizeof(xdr, empty) != bytes;
}

void script_vote_own_fields(struct script *s, const struct call *call, int term,
                            bool granted)
{
    RequestVoteResponse empty = { 0 };
    if (!has_own_fields((xdrproc_t)xdr_RequestVoteResponse, &empty,
                        2UL * BYTES_PER_XDR_UNIT))
        return;
    struct question question = { .call = call,
                                 .request = call->vote,
                                 .last = s->played[call->peer].last,
                                 .asked_term = call->vote->term,
                                 .reply_term = term,
                                 .has_voted = !granted };
    ask(s, question, "Raft.RequestVote");
}

void script_append_own_fields(struct script *s, const struct call *call,
                              AppendEntriesResponse response)
{
    AppendEntriesResponse empty = { 0 };
    if (!has_own_fields((xdrproc_t)xdr_AppendEntriesResponse, &empty,
                        4UL * BYTES_PER_XDR_UNIT))
        return;
    struct question question = { .call = call,
                                 .request = call->append,
                                 .last = s->played[call->peer].last,
                                 .asked_term = call->append->term,
                                 .reply_term = response.term };
    if (!response.success && response.conflict_term == NO_TERM &&
        response.conflict_index > 0)
        question.last = response.conflict_index - 1;  // The log is too short.
    ask(s, question, "Raft.AppendEntries");
}

void script_install_own_fields(struct script *s, const struct call *call,
                               int term)
{
    InstallSnapshotResponse empty = { 0 };
    if (!has_own_fields((xdrproc_t)xdr_InstallSnapshotResponse, &empty,
                        1UL * BYTES_PER_XDR_UNIT))
        return;
    struct question question = { .call = call,
                                 .request = call->install,
                                 .last = s->played[call->peer].last,
                                 .asked_term = call->install->term,
                                 .reply_term = term };
    ask(s, question, "Raft.InstallSnapshot");
}
