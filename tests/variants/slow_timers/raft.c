// A Raft as a state machine on one thread, with timers about as slow as the lab
// allows: a heartbeat every 0.3 s, an election after 0.8 to 1.4 s without a
// message.
//
// How it differs from the reference: there is no lock on Raft's state.
// Everything that happens (an RPC that arrives, a reply, a call of the service)
// becomes an event for the loop (loop.h). Only the loop's thread uses the
// state; callers wait for the result. After a batch of events the state is
// saved once, and only then do answers, messages and commands leave (settle). A
// command waits a few milliseconds for others before it is sent. Followers
// learn of a commit with the next heartbeat. The snapshot stays in memory, too.
//
// Why it is right: nothing leaves before it is saved. One thread takes each
// step of Figure 2 as a whole. Replies count only in the term and role of their
// requests. The loop never waits for the network or for the service: threads of
// a group make calls, and the delivery's thread sends commands (delivery.h).
#include "raft/raft.h"

#include "delivery.h"
#include "loop.h"
#include "rt/alloc.h"
#include "rt/debug_log.h"
#include "rt/go.h"
#include "rt/rng.h"
#include "rt/timer.h"

#include "raft/raft_x.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define HEARTBEAT_MS    300
#define GATHER_MS       5
#define ELECTION_MIN_MS 800
#define ELECTION_MAX_MS 1400

enum role { FOLLOWER, CANDIDATE, LEADER };
enum { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_RPCS };
static const struct labrpc_method methods[N_RPCS];

// An RPC of ours, and the event of its return.
struct call {
    struct event event;
    struct raft *rf;
    int peer;
    int method;
    union {
        RequestVoteRequest vote;
        AppendEntriesRequest append;
        InstallSnapshotRequest install;
    } args;
    union {
        RequestVoteResponse vote;
        AppendEntriesResponse append;
        InstallSnapshotResponse install;
    } reply;
    bool is_answered;
    struct call *next;  // In the outbox.
};

// Only the loop's thread uses the fields after the constants.
struct raft {
    struct labrpc_end **peers;
    int n_peers;
    int me;
    struct persister *persister;
    struct go_group *callers;
    struct delivery *delivery;
    struct loop *loop;

    bool is_dead;
    enum role role;
    struct rng rng;

    int current_term;
    int voted_for;
    // The snapshot covers everything up to base; entries[k] has the index
    // base_index + 1 + k.
    int base_index;
    int base_term;
    struct bytes snapshot;
    Entry *entries;
    int n_entries;
    int capacity;

    int commit_index;
    int last_delivered;
    int n_votes;
    int *next_index;
    int *match_index;

    struct timer election;   // Stopped as leader.
    struct timer heartbeat;  // Stopped otherwise; so is the next.
    struct timer gathering;  // Runs while commands wait to be sent.

    // For settle().
    bool is_changed;
    bool is_snapshot_new;
    bool is_snapshot_to_deliver;
    struct call *outbox;
};

#define note(topic, ...) debug_log(topic, rf->me, rf->current_term, __VA_ARGS__)

// ---- The log ----

static int last_index(const struct raft *rf)
{
    return rf->base_index + rf->n_entries;
}

static Entry *entry_at(const struct raft *rf, int index)
{
    return &rf->entries[index - rf->base_index - 1];
}

static int term_at(const struct raft *rf, int index)
{
    return index == rf->base_index ? rf->base_term : entry_at(rf, index)->term;
}

static struct bytes command_of(const Entry *entry)
{
    return (struct bytes){ entry->command.command_val,
                           entry->command.command_len };
}

static Entry make_entry(int index, int term, struct bytes command)
{
    struct bytes copy = bytes_copy(command);
    return (Entry){ index, term, { (u_int)copy.len, copy.data } };
}

static void append(struct raft *rf, int term, struct bytes command)
{
    if (rf->n_entries == rf->capacity) {
        rf->capacity += rf->capacity / 2 + 8;
        rf->entries = alloc_resize(rf->entries, (size_t)rf->capacity,
                                   sizeof rf->entries[0]);
    }
    int index = last_index(rf) + 1;
    rf->entries[rf->n_entries++] = make_entry(index, term, command);
    rf->is_changed = true;
}

static void drop_behind(struct raft *rf, int index)
{
    for (; last_index(rf) > index; rf->n_entries--) {
        free(entry_at(rf, last_index(rf))->command.command_val);
        rf->is_changed = true;
    }
}

// Installs a snapshot. If the last entry that it covers is in the log, the
// entries after it stay; else all go (Figure 13).
static void take_snapshot(struct raft *rf, int index, int term,
                          struct bytes snapshot)
{
    if (index > last_index(rf) || term_at(rf, index) != term)
        drop_behind(rf, rf->base_index);
    int n_covered =
        rf->n_entries < index - rf->base_index ? 0 : index - rf->base_index;
    for (int k = 0; k < n_covered; k++)
        free(rf->entries[k].command.command_val);
    rf->n_entries -= n_covered;
    for (int k = 0; k < rf->n_entries; k++)
        rf->entries[k] = rf->entries[k + n_covered];
    rf->base_index = index;
    rf->base_term = term;
    bytes_free(&rf->snapshot);
    rf->snapshot = bytes_copy(snapshot);
    rf->is_snapshot_new = true;
}

// ---- Saving ----

// As in raft.x: the first element of logs is the base.
static struct bytes encode_state(const struct raft *rf)
{
    PersistentState head = { .current_term = rf->current_term,
                             .voted_for = rf->voted_for };
    Entry base = { .index = rf->base_index, .term = rf->base_term };
    u_int count = (u_int)rf->n_entries + 1;
    size_t size = 6 * (size_t)BYTES_PER_XDR_UNIT;
    for (int k = 0; k < rf->n_entries; k++)
        size += 3 * (size_t)BYTES_PER_XDR_UNIT +
                RNDUP(rf->entries[k].command.command_len);

    struct bytes state = { alloc(size), size };
    XDR xdrs;
    xdrmem_create(&xdrs, state.data, (u_int)size, XDR_ENCODE);
    bool_t fits = xdr_int(&xdrs, &head.current_term) &&
                  xdr_int(&xdrs, &head.voted_for) && xdr_u_int(&xdrs, &count) &&
                  xdr_Entry(&xdrs, &base);
    for (int k = 0; fits && k < rf->n_entries; k++)
        fits = xdr_Entry(&xdrs, &rf->entries[k]);
    xdr_destroy(&xdrs);
    assert(fits);
    return state;
}

static void save(struct raft *rf)
{
    if (!rf->is_changed && !rf->is_snapshot_new)
        return;
    struct bytes state = encode_state(rf);
    if (rf->is_snapshot_new)
        persister_save(rf->persister, state, rf->snapshot);
    else
        persister_save_raft_state(rf->persister, state);
    bytes_free(&state);
    rf->is_changed = false;
    rf->is_snapshot_new = false;
}

static void restore(struct raft *rf)
{
    struct bytes saved = persister_read_raft_state(rf->persister);
    if (saved.len == 0)
        return;
    PersistentState state = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, saved.data, (u_int)saved.len, XDR_DECODE);
    if (!xdr_PersistentState(&xdrs, &state) || state.logs.logs_len == 0) {
        fprintf(stderr,
                "raft: server %d: %zu saved bytes are no PersistentState\n",
                rf->me, saved.len);
        exit(2);
    }
    xdr_destroy(&xdrs);
    rf->current_term = state.current_term;
    rf->voted_for = state.voted_for;
    rf->base_index = state.logs.logs_val[0].index;
    rf->base_term = state.logs.logs_val[0].term;
    for (u_int k = 1; k < state.logs.logs_len; k++)
        append(rf, state.logs.logs_val[k].term,
               command_of(&state.logs.logs_val[k]));
    xdr_free((xdrproc_t)xdr_PersistentState, &state);
    bytes_free(&saved);
    rf->snapshot = persister_read_snapshot(rf->persister);
    rf->commit_index = rf->last_delivered = rf->base_index;
    rf->is_changed = false;
}

// ---- Roles ----

static void wait_for_election(struct raft *rf)
{
    timer_reset(&rf->election,
                rng_between(&rf->rng, ELECTION_MIN_MS, ELECTION_MAX_MS));
}

// A newer term makes any server a follower without a vote (§5.1).
static void see_term(struct raft *rf, int term)
{
    if (term <= rf->current_term)
        return;
    if (rf->role == LEADER)
        wait_for_election(rf);
    rf->role = FOLLOWER;
    timer_stop(&rf->heartbeat);
    timer_stop(&rf->gathering);
    rf->current_term = term;
    rf->voted_for = NOBODY;
    rf->is_changed = true;
}

// The sender leads our term: a candidate becomes a follower (§5.2).
static void hear_from_leader(struct raft *rf)
{
    assert(rf->role != LEADER);
    rf->role = FOLLOWER;
    wait_for_election(rf);
}

// ---- Our requests ----

// It leaves when everything is saved.
static struct call *write_call(struct raft *rf, int peer, int method)
{
    struct call *call = alloc(sizeof *call);
    call->rf = rf;
    call->peer = peer;
    call->method = method;
    call->next = rf->outbox;
    rf->outbox = call;
    return call;
}

static void write_snapshot(struct raft *rf, int peer)
{
    struct bytes copy = bytes_copy(rf->snapshot);
    struct call *call = write_call(rf, peer, INSTALL_SNAPSHOT);
    call->args.install = (InstallSnapshotRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .last_included_index = rf->base_index,
        .last_included_term = rf->base_term,
        .data = { (u_int)copy.len, copy.data },
    };
}

// All entries that the peer lacks; none, if it lacks none.
static void write_to(struct raft *rf, int peer)
{
    int prev = rf->next_index[peer] - 1;
    if (prev < rf->base_index) {
        write_snapshot(rf, peer);
        return;
    }
    int count = last_index(rf) - prev;
    Entry *copies = count == 0 ? NULL : alloc((size_t)count * sizeof copies[0]);
    for (int k = 0; k < count; k++) {
        const Entry *entry = entry_at(rf, prev + 1 + k);
        copies[k] = make_entry(entry->index, entry->term, command_of(entry));
    }
    struct call *call = write_call(rf, peer, APPEND_ENTRIES);
    call->args.append = (AppendEntriesRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .prev_log_index = prev,
        .prev_log_term = term_at(rf, prev),
        .leader_commit = rf->commit_index,
        .entries = { (u_int)count, copies },
    };
}

static void write_to_all(struct raft *rf)
{
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer != rf->me)
            write_to(rf, peer);
    }
    timer_reset(&rf->heartbeat, HEARTBEAT_MS);
    timer_stop(&rf->gathering);
}

// ---- Committing ----

// We hold all our entries. Those that others hold we had saved before we sent
// them.
static void advance_commit_index(struct raft *rf)
{
    int index = last_index(rf);
    while (index > rf->commit_index &&
           term_at(rf, index) == rf->current_term) {  // §5.4.2
        int holders = 1;
        for (int peer = 0; peer < rf->n_peers; peer++)
            holders += peer != rf->me && rf->match_index[peer] >= index;
        if (2 * holders > rf->n_peers) {
            rf->commit_index = index;
            note("CMIT", "commits up to %d", index);
            return;
        }
        index--;
    }
}

// ---- Elections ----

static void count_vote(struct raft *rf)
{
    rf->n_votes++;
    if (2 * rf->n_votes <= rf->n_peers)
        return;
    note("ROLE", "leads, with %d votes", rf->n_votes);
    rf->role = LEADER;
    timer_stop(&rf->election);
    for (int peer = 0; peer < rf->n_peers; peer++) {
        rf->next_index[peer] = last_index(rf) + 1;
        rf->match_index[peer] = 0;
    }
    write_to_all(rf);
}

static void stand_for_election(struct raft *rf)
{
    see_term(rf, rf->current_term + 1);
    rf->role = CANDIDATE;
    rf->voted_for = rf->me;
    wait_for_election(rf);
    note("VOTE", "stands for election");
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer == rf->me)
            continue;
        struct call *call = write_call(rf, peer, REQUEST_VOTE);
        call->args.vote =
            (RequestVoteRequest){ rf->current_term, rf->me, last_index(rf),
                                  term_at(rf, last_index(rf)) };
    }
    rf->n_votes = 0;
    count_vote(rf);
}

// ---- After each batch of events ----

static void look_at_timers(struct raft *rf)
{
    int64_t now_ns = clock_now_ns();
    if (timer_is_due(&rf->election, now_ns))
        stand_for_election(rf);
    if (timer_is_due(&rf->heartbeat, now_ns) ||
        timer_is_due(&rf->gathering, now_ns))
        write_to_all(rf);
}

static void deliver(struct raft *rf)
{
    if (rf->is_snapshot_to_deliver) {
        rf->is_snapshot_to_deliver = false;
        rf->last_delivered = rf->base_index;
        delivery_add(rf->delivery,
                     (struct apply_msg){ .snapshot_valid = true,
                                         .snapshot = bytes_copy(rf->snapshot),
                                         .snapshot_term = rf->base_term,
                                         .snapshot_index = rf->base_index });
    }
    while (rf->last_delivered < rf->commit_index) {
        const Entry *entry = entry_at(rf, ++rf->last_delivered);
        delivery_add(rf->delivery, (struct apply_msg){
                                       .command_valid = true,
                                       .command = bytes_copy(command_of(entry)),
                                       .command_index = entry->index });
    }
}

static void free_call(struct call *call)
{
    xdr_free(methods[call->method].xdr_args, &call->args);
    free(call);
}

static void take_reply(struct event *event);

// Runs on a thread of its own.
static void make_call(void *arg)
{
    struct call *call = arg;
    call->is_answered =
        labrpc_call(call->rf->peers[call->peer], &methods[call->method],
                    &call->args, &call->reply);
    call->event.act = take_reply;
    loop_tell(call->rf->loop, &call->event);
}

static void send_outbox(struct raft *rf)
{
    while (rf->outbox != NULL) {
        struct call *call = rf->outbox;
        rf->outbox = call->next;
        if (rf->is_dead)
            free_call(call);
        else
            go(rf->callers, methods[call->method].name + 5, make_call, call);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// Saves the changes, then sends what depends on them. Returns when the next
// timer is due.
static int64_t settle(void *owner)
{
    struct raft *rf = owner;
    if (!rf->is_dead)
        look_at_timers(rf);
    save(rf);
    if (!rf->is_dead)
        deliver(rf);
    send_outbox(rf);
    if (rf->is_dead)
        return TIMER_NEVER;  // A dead server only answers.
    return earlier(rf->election.due_ns,
                   earlier(rf->heartbeat.due_ns, rf->gathering.due_ns));
}

// ---- Replies ----

static void take_vote(struct raft *rf, const struct call *call)
{
    if (rf->role == CANDIDATE && call->reply.vote.vote_granted)
        count_vote(rf);
}

static void take_match(struct raft *rf, int peer, int index)
{
    if (rf->role != LEADER || index <= rf->match_index[peer])
        return;
    rf->match_index[peer] = index;
    rf->next_index[peer] = index + 1;
    advance_commit_index(rf);
}

// Returns where the follower may match: after our last entry of the term that
// it has there, or else at its first entry of that term (end of §5.3).
static int agreeing_index(const struct raft *rf, int prev,
                          const AppendEntriesResponse *reply)
{
    if (reply->conflict_term == NO_TERM)
        return reply->conflict_index;
    int index = prev < last_index(rf) ? prev : last_index(rf);
    while (index > rf->base_index && term_at(rf, index) > reply->conflict_term)
        index--;
    return index > rf->base_index && term_at(rf, index) == reply->conflict_term
               ? index + 1
               : reply->conflict_index;
}

static void take_refusal(struct raft *rf, const struct call *call)
{
    int peer = call->peer;
    int prev = call->args.append.prev_log_index;
    if (rf->role != LEADER || prev != rf->next_index[peer] - 1)
        return;  // The reply answers an older request.
    int next = agreeing_index(rf, prev, &call->reply.append);
    if (next > prev)
        next = prev;
    if (next <= rf->match_index[peer])
        next = rf->match_index[peer] + 1;
    rf->next_index[peer] = next;
    note("BACK", "asks S%d again at %d", peer, next);
    write_to(rf, peer);
}

// Is the reply of our term, in which we asked? (All three requests and replies
// begin with it.)
static bool is_current(struct raft *rf, const struct call *call)
{
    int asked_in = call->args.vote.term;
    int answered_in = call->reply.vote.term;
    see_term(rf, answered_in);
    return asked_in == rf->current_term && answered_in == rf->current_term;
}

static void take_reply(struct event *event)
{
    struct call *call = (struct call *)event;
    struct raft *rf = call->rf;
    if (!rf->is_dead && call->is_answered && is_current(rf, call)) {
        const AppendEntriesRequest *append = &call->args.append;
        if (call->method == REQUEST_VOTE)
            take_vote(rf, call);
        else if (call->method == INSTALL_SNAPSHOT)
            take_match(rf, call->peer, call->args.install.last_included_index);
        else if (call->reply.append.success)
            take_match(rf, call->peer,
                       append->prev_log_index +
                           (int)append->entries.entries_len);
        else
            take_refusal(rf, call);
    }
    free_call(call);
}

// ---- RPCs that arrive, and calls of the service ----

struct question {
    struct event event;
    struct raft *rf;
    const void *args;
    void *reply;
};

static void ask(struct raft *rf, void (*act)(struct event *), const void *args,
                void *reply)
{
    struct question question = { { .act = act }, rf, args, reply };
    loop_ask(rf->loop, &question.event);
}

static void answer_vote(struct event *event)
{
    const struct question *question = (struct question *)event;
    struct raft *rf = question->rf;
    const RequestVoteRequest *args = question->args;
    RequestVoteResponse *reply = question->reply;

    see_term(rf, args->term);
    int last_term = term_at(rf, last_index(rf));
    bool is_up_to_date = args->last_log_term == last_term
                             ? args->last_log_index >= last_index(rf)
                             : args->last_log_term > last_term;  // §5.4.1
    bool is_free =
        rf->voted_for == NOBODY || rf->voted_for == args->candidate_id;
    if (args->term == rf->current_term && is_free && is_up_to_date) {
        rf->voted_for = args->candidate_id;
        rf->is_changed = true;
        wait_for_election(rf);
        reply->vote_granted = true;
        note("VOTE", "votes for S%d", args->candidate_id);
    }
    reply->term = rf->current_term;
}

static void describe_conflict(const struct raft *rf, int prev,
                              AppendEntriesResponse *reply)
{
    reply->conflict_term = NO_TERM;
    reply->conflict_index = last_index(rf) + 1;
    if (prev <= last_index(rf)) {
        reply->conflict_term = term_at(rf, prev);
        reply->conflict_index = prev;
        while (reply->conflict_index - 1 > rf->base_index &&
               term_at(rf, reply->conflict_index - 1) == reply->conflict_term)
            reply->conflict_index--;
    }
}

// Figure 2, AppendEntries, steps 3 to 5.
static void take_entries(struct raft *rf, const AppendEntriesRequest *args)
{
    for (u_int k = 0; k < args->entries.entries_len; k++) {
        const Entry *entry = &args->entries.entries_val[k];
        bool is_here = entry->index <= last_index(rf) &&
                       (entry->index <= rf->base_index ||
                        term_at(rf, entry->index) == entry->term);
        if (is_here)
            continue;  // It stays, with those after it: the request may be old.
        assert(entry->index > rf->commit_index);
        drop_behind(rf, entry->index - 1);
        append(rf, entry->term, command_of(entry));
    }
    int last_new = args->prev_log_index + (int)args->entries.entries_len;
    int index = args->leader_commit < last_new ? args->leader_commit : last_new;
    if (index > rf->commit_index)
        rf->commit_index = index;
}

static void answer_append(struct event *event)
{
    const struct question *question = (struct question *)event;
    struct raft *rf = question->rf;
    const AppendEntriesRequest *args = question->args;
    AppendEntriesResponse *reply = question->reply;

    see_term(rf, args->term);
    reply->term = rf->current_term;
    if (args->term < rf->current_term)
        return;
    hear_from_leader(rf);
    int prev = args->prev_log_index;
    reply->success =
        prev < rf->base_index ||
        (prev <= last_index(rf) && term_at(rf, prev) == args->prev_log_term);
    if (reply->success)
        take_entries(rf, args);
    else
        describe_conflict(rf, prev, reply);
}

static void answer_install(struct event *event)
{
    const struct question *question = (struct question *)event;
    struct raft *rf = question->rf;
    const InstallSnapshotRequest *args = question->args;
    InstallSnapshotResponse *reply = question->reply;

    see_term(rf, args->term);
    reply->term = rf->current_term;
    if (args->term < rf->current_term)
        return;
    hear_from_leader(rf);
    if (args->last_included_index <= rf->commit_index)
        return;  // We have everything that it covers.
    save(rf);
    deliver(rf);  // Entries committed before come first.
    take_snapshot(rf, args->last_included_index, args->last_included_term,
                  (struct bytes){ args->data.data_val, args->data.data_len });
    rf->commit_index = rf->base_index;
    rf->is_snapshot_to_deliver = true;
    note("SNAP", "installs a snapshot up to %d", rf->base_index);
}

struct answer {
    bool is_leader;
    int term;
    int index;
};

static void answer_start(struct event *event)
{
    const struct question *question = (struct question *)event;
    struct raft *rf = question->rf;
    struct answer *answer = question->reply;
    answer->is_leader = rf->role == LEADER;
    if (!answer->is_leader)
        return;
    append(rf, rf->current_term, *(const struct bytes *)question->args);
    answer->term = rf->current_term;
    answer->index = last_index(rf);
    advance_commit_index(rf);  // In a cluster of one.
    if (rf->gathering.due_ns == TIMER_NEVER)
        timer_reset(&rf->gathering, GATHER_MS);
}

static void answer_get_state(struct event *event)
{
    const struct question *question = (struct question *)event;
    struct answer *answer = question->reply;
    answer->is_leader = question->rf->role == LEADER;
    answer->term = question->rf->current_term;
}

struct service_snapshot {
    int index;
    struct bytes bytes;
};

static void answer_snapshot(struct event *event)
{
    const struct question *question = (struct question *)event;
    struct raft *rf = question->rf;
    const struct service_snapshot *snapshot = question->args;
    if (snapshot->index > rf->base_index)
        take_snapshot(rf, snapshot->index, term_at(rf, snapshot->index),
                      snapshot->bytes);
}

static void answer_kill(struct event *event)
{
    struct raft *rf = ((struct question *)event)->rf;
    rf->is_dead = true;
    rf->role = FOLLOWER;
    delivery_end(rf->delivery);
    go_group_close(rf->callers);
}

// ---- The interface ----

static void request_vote(void *rf, const void *args, void *reply)
{
    ask(rf, answer_vote, args, reply);
}

static void append_entries(void *rf, const void *args, void *reply)
{
    ask(rf, answer_append, args, reply);
}

static void install_snapshot(void *rf, const void *args, void *reply)
{
    ask(rf, answer_install, args, reply);
}

static const struct labrpc_method methods[N_RPCS] = {
    { "Raft.RequestVote", (xdrproc_t)xdr_RequestVoteRequest,
      sizeof(RequestVoteRequest), (xdrproc_t)xdr_RequestVoteResponse,
      sizeof(RequestVoteResponse), request_vote },
    { "Raft.AppendEntries", (xdrproc_t)xdr_AppendEntriesRequest,
      sizeof(AppendEntriesRequest), (xdrproc_t)xdr_AppendEntriesResponse,
      sizeof(AppendEntriesResponse), append_entries },
    { "Raft.InstallSnapshot", (xdrproc_t)xdr_InstallSnapshotRequest,
      sizeof(InstallSnapshotRequest), (xdrproc_t)xdr_InstallSnapshotResponse,
      sizeof(InstallSnapshotResponse), install_snapshot },
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_RPCS;
    return methods;
}

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);
    rf->peers = peers;
    rf->n_peers = n_peers;
    rf->me = me;
    rf->persister = persister;
    rf->rng = rng_make();
    rf->voted_for = NOBODY;
    rf->next_index = alloc((size_t)n_peers * sizeof rf->next_index[0]);
    rf->match_index = alloc((size_t)n_peers * sizeof rf->match_index[0]);
    restore(rf);
    wait_for_election(rf);
    timer_stop(&rf->heartbeat);
    timer_stop(&rf->gathering);
    rf->callers = go_group_make();
    go_group_set_server(rf->callers, me);
    rf->delivery = delivery_start(apply_ch);
    rf->loop = loop_make(settle, rf);
    loop_start(rf->loop);
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    struct answer answer = { 0 };
    ask(rf, answer_start, &command, &answer);
    if (answer.is_leader) {
        *index = answer.index;
        *term = answer.term;
    }
    return answer.is_leader;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    struct answer answer = { 0 };
    ask(rf, answer_get_state, NULL, &answer);
    *term = answer.term;
    *is_leader = answer.is_leader;
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    struct service_snapshot args = { index, snapshot };
    ask(rf, answer_snapshot, &args, NULL);
}

// The loop continues: handlers may still need it.
void raft_kill(struct raft *rf)
{
    ask(rf, answer_kill, NULL, NULL);
}

void raft_free(struct raft *rf)
{
    // They give the loop events, so the loop ends after them.
    go_group_free(rf->callers);
    loop_stop(rf->loop);
    delivery_free(rf->delivery);
    drop_behind(rf, rf->base_index);
    bytes_free(&rf->snapshot);
    free(rf->entries);
    free(rf->next_index);
    free(rf->match_index);
    free(rf);
}
