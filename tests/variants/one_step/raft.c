// A Raft that searches for the match one entry at a time. One thread per peer,
// its courier, makes all calls to the peer, one after the other.
//
// How it differs from the reference: while a leader does not know where a
// follower's log matches, it sends AppendEntries without entries. Each one
// checks the entry before the last (Figure 2, "decrement nextIndex and retry"),
// whatever the conflict fields say. Only when one succeeds does the leader send
// entries. The couriers send RequestVotes, too, and repeat them until answered
// (§5.5). The log keeps terms and commands in separate arrays. The whole state
// is saved each time, except for a term or vote, which replaces two words.
//
// A call to a disconnected peer can take 7 s to fail, and the peer may be back
// before that. So a helper thread makes the call. The courier waits for it for
// PATIENCE_MS, or until its server starts an election or becomes leader. Then
// it abandons the call, and the helper's result is dropped (courier_call). If
// replies always took longer, Raft could not work: it needs RPCs that are fast
// compared with the election timeout (§5.6).
//
// Why it is right: a courier has at most one call that counts, so no reply
// overtakes another. A reply counts only if the courier still waits for it and
// the term and role are those of the request. Everything is saved before the
// lock is released.
#include "raft/raft.h"

#include "log.h"
#include "rt/alloc.h"
#include "rt/debug_log.h"
#include "rt/go.h"
#include "rt/rng.h"
#include "rt/timer.h"

#include "raft/raft_x.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define HEARTBEAT_MS    120
#define PATIENCE_MS     150
#define ELECTION_MIN_MS 400
#define ELECTION_MAX_MS 800

enum role { FOLLOWER, CANDIDATE, LEADER };
enum { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_RPCS };
static const struct labrpc_method methods[N_RPCS];

// The state of a peer, and the thread that calls it.
struct courier {
    struct raft *rf;
    int peer;
    char name[24];

    // Guarded by rf->mu.
    pthread_cond_t wake;    // There may be something to do.
    struct timer next_try;  // After a failure: not before.
    struct timer heartbeat;
    struct call *call;  // The one that it waits for.

    bool has_answered;  // As a candidate: this term's RequestVote.

    // As a leader: 0 <= match_index < next_index. Until the match is found,
    // next_index - 1 is the entry to check next.
    int next_index;
    int match_index;
    bool is_match_found;
    int told_commit;
};

struct raft {
    struct labrpc_end **peers;
    int n_peers;
    int me;
    struct persister *persister;
    struct channel *apply_ch;
    struct go_group *threads;
    struct courier *couriers;

    pthread_mutex_t mu;

    // Guarded by mu.
    bool is_dead;
    enum role role;
    struct rng rng;
    int current_term;
    int voted_for;
    struct log log;
    int commit_index;
    int last_applied;  // Below the log's base: the snapshot comes next.
    int n_votes;
    pthread_cond_t applicable;
    struct timer election;  // Stopped while leader.
    pthread_cond_t election_changed;
};

// One call. A courier and its helper share it.
struct call {
    struct courier *courier;
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
    bool has_returned;
    bool is_answered;
};

#define note(topic, ...) debug_log(topic, rf->me, rf->current_term, __VA_ARGS__)

// ---- Saving ----

static struct bytes encode_state(struct raft *rf)
{
    PersistentState state = { rf->current_term, rf->voted_for, { 0, NULL } };
    Entry *entries = log_as_entries(&rf->log, &state.logs.logs_len);
    state.logs.logs_val = entries;
    size_t size = 3 * (size_t)BYTES_PER_XDR_UNIT + log_encoded_size(&rf->log);
    struct bytes encoded = { alloc(size), size };
    XDR xdrs;
    xdrmem_create(&xdrs, encoded.data, (u_int)size, XDR_ENCODE);
    bool_t fits = xdr_PersistentState(&xdrs, &state);
    xdr_destroy(&xdrs);
    assert(fits);
    (void)fits;
    free(entries);
    return encoded;
}

static void save_all(struct raft *rf)
{
    struct bytes encoded = encode_state(rf);
    persister_save_raft_state(rf->persister, encoded);
    bytes_free(&encoded);
}

static void save_with_snapshot(struct raft *rf, struct bytes snapshot)
{
    struct bytes encoded = encode_state(rf);
    persister_save(rf->persister, encoded, snapshot);
    bytes_free(&encoded);
}

// Term and vote are the first two words of the state; the rest is unchanged.
static void save_term_and_vote(struct raft *rf)
{
    size_t size = persister_raft_state_size(rf->persister);
    if (size == 0) {
        save_all(rf);
        return;
    }
    char words[2 * BYTES_PER_XDR_UNIT];
    XDR xdrs;
    xdrmem_create(&xdrs, words, sizeof words, XDR_ENCODE);
    xdr_int(&xdrs, &rf->current_term);
    xdr_int(&xdrs, &rf->voted_for);
    xdr_destroy(&xdrs);
    persister_save_tail(rf->persister, (struct bytes){ words, sizeof words },
                        size, (struct bytes){ NULL, 0 });
}

static void restore(struct raft *rf)
{
    struct bytes saved = persister_read_raft_state(rf->persister);
    if (saved.len == 0)
        return;
    PersistentState state = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, saved.data, (u_int)saved.len, XDR_DECODE);
    bool_t decodes = xdr_PersistentState(&xdrs, &state);
    xdr_destroy(&xdrs);
    if (!decodes || state.logs.logs_len == 0) {
        fprintf(stderr,
                "raft: what server %d has saved is damaged: no PersistentState "
                "in its %zu bytes\n",
                rf->me, saved.len);
        exit(2);
    }
    bytes_free(&saved);
    rf->current_term = state.current_term;
    rf->voted_for = state.voted_for;
    const Entry *entries = state.logs.logs_val;
    log_compact(&rf->log, entries[0].index, entries[0].term);
    for (u_int k = 1; k < state.logs.logs_len; k++)
        log_append(&rf->log, entries[k].term,
                   (struct bytes){ entries[k].command.command_val,
                                   entries[k].command.command_len });
    xdr_free((xdrproc_t)xdr_PersistentState, &state);
    rf->commit_index = rf->last_applied = rf->log.base_index;
}

// ---- Roles ----

static void wake_couriers(struct raft *rf)
{
    for (int peer = 0; peer < rf->n_peers; peer++)
        pthread_cond_signal(&rf->couriers[peer].wake);
}

static void reset_election_timer(struct raft *rf)
{
    timer_reset(&rf->election,
                rng_between(&rf->rng, ELECTION_MIN_MS, ELECTION_MAX_MS));
}

// Becomes a follower in a term that is ours or a newer one (§5.1).
static void become_follower(struct raft *rf, int term)
{
    if (rf->role == LEADER) {
        reset_election_timer(rf);
        pthread_cond_signal(&rf->election_changed);
    }
    rf->role = FOLLOWER;
    if (term > rf->current_term) {
        rf->current_term = term;
        rf->voted_for = NOBODY;
        save_term_and_vote(rf);
    }
}

static void become_leader(struct raft *rf)
{
    note("ROLE", "leads, with %d votes", rf->n_votes);
    rf->role = LEADER;
    timer_stop(&rf->election);
    for (int peer = 0; peer < rf->n_peers; peer++) {
        struct courier *courier = &rf->couriers[peer];
        courier->next_index = log_last_index(&rf->log) + 1;
        courier->match_index = 0;
        courier->is_match_found = false;
        courier->told_commit = 0;
        courier->next_try.due_ns = courier->heartbeat.due_ns = 0;
    }
    wake_couriers(rf);
}

static void count_vote(struct raft *rf)
{
    if (++rf->n_votes > rf->n_peers / 2)
        become_leader(rf);
}

static void stand_for_election(struct raft *rf)
{
    rf->role = CANDIDATE;
    rf->current_term++;
    rf->voted_for = rf->me;
    save_term_and_vote(rf);
    reset_election_timer(rf);
    note("VOTE", "stands for election");
    for (int peer = 0; peer < rf->n_peers; peer++) {
        rf->couriers[peer].has_answered = false;
        rf->couriers[peer].next_try.due_ns = 0;
    }
    wake_couriers(rf);
    rf->n_votes = 0;
    count_vote(rf);
}

// The thread that starts elections.
static void watch_elections(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->is_dead) {
        if (timer_is_due(&rf->election, clock_now_ns()))
            stand_for_election(rf);
        cond_wait_until(&rf->election_changed, &rf->mu, rf->election.due_ns);
    }
    pthread_mutex_unlock(&rf->mu);
}

// ---- Committing, applying ----

// The highest index of this term that a majority has (§5.4.2).
static void advance_commit_index(struct raft *rf)
{
    for (int index = log_last_index(&rf->log);
         index > rf->commit_index &&
         log_term(&rf->log, index) == rf->current_term;
         index--) {
        int n_holders = 1;
        for (int peer = 0; peer < rf->n_peers; peer++)
            n_holders +=
                peer != rf->me && rf->couriers[peer].match_index >= index;
        if (n_holders > rf->n_peers / 2) {
            rf->commit_index = index;
            note("CMIT", "commits up to %d", index);
            pthread_cond_signal(&rf->applicable);
            wake_couriers(rf);
            return;
        }
    }
}

static struct apply_msg take_applicable(struct raft *rf)
{
    if (rf->last_applied < rf->log.base_index) {
        rf->last_applied = rf->log.base_index;
        return (struct apply_msg){
            .snapshot_valid = true,
            .snapshot = persister_read_snapshot(rf->persister),
            .snapshot_index = rf->log.base_index,
            .snapshot_term = rf->log.base_term,
        };
    }
    int index = ++rf->last_applied;
    return (struct apply_msg){ .command_valid = true,
                               .command =
                                   bytes_copy(log_command(&rf->log, index)),
                               .command_index = index };
}

// The thread that delivers.
static void apply(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->is_dead) {
        if (rf->last_applied == rf->commit_index) {
            pthread_cond_wait(&rf->applicable, &rf->mu);
            continue;
        }
        struct apply_msg msg = take_applicable(rf);
        pthread_mutex_unlock(&rf->mu);
        channel_send(rf->apply_ch, &msg);
        pthread_mutex_lock(&rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
}

// ---- A courier's requests ----

static void fill_vote(struct raft *rf, struct call *call)
{
    int last = log_last_index(&rf->log);
    call->method = REQUEST_VOTE;
    call->args.vote = (RequestVoteRequest){ rf->current_term, rf->me, last,
                                            log_term(&rf->log, last) };
}

static void fill_install(struct raft *rf, struct call *call)
{
    struct bytes snapshot = persister_read_snapshot(rf->persister);
    call->method = INSTALL_SNAPSHOT;
    call->args.install = (InstallSnapshotRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .last_included_index = rf->log.base_index,
        .last_included_term = rf->log.base_term,
        .data = { (u_int)snapshot.len, snapshot.data },
    };
}

// A request that checks for the match, or everything that the follower lacks.
static void fill_append(struct raft *rf, struct call *call)
{
    const struct courier *courier = call->courier;
    int prev = courier->next_index - 1;
    int count = courier->is_match_found ? log_last_index(&rf->log) - prev : 0;
    call->method = APPEND_ENTRIES;
    call->args.append = (AppendEntriesRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .prev_log_index = prev,
        .prev_log_term = log_term(&rf->log, prev),
        .leader_commit = rf->commit_index,
        .entries = { (u_int)count, log_copy(&rf->log, prev + 1, count) },
    };
}

static struct call *new_call(struct courier *courier)
{
    struct raft *rf = courier->rf;
    struct call *call = alloc(sizeof *call);
    call->courier = courier;
    if (rf->role == CANDIDATE)
        fill_vote(rf, call);
    else if (courier->next_index <= rf->log.base_index)
        fill_install(rf, call);
    else
        fill_append(rf, call);
    courier->told_commit = rf->commit_index;
    return call;
}

static void free_call(struct call *call)
{
    xdr_free(methods[call->method].xdr_args, &call->args);
    free(call);
}

// The helper. It frees a call that its courier has abandoned.
static void make_call(void *arg)
{
    struct call *call = arg;
    struct courier *courier = call->courier;
    struct raft *rf = courier->rf;
    bool is_answered =
        labrpc_call(rf->peers[courier->peer], &methods[call->method],
                    &call->args, &call->reply);
    pthread_mutex_lock(&rf->mu);
    call->is_answered = is_answered;
    call->has_returned = true;
    if (courier->call == call)
        pthread_cond_signal(&courier->wake);
    else
        free_call(call);
    pthread_mutex_unlock(&rf->mu);
}

// Is the server in the term and role of the request? All three requests begin
// with the term.
static bool is_of_now(const struct raft *rf, const struct call *call)
{
    return call->args.vote.term == rf->current_term &&
           (call->method == REQUEST_VOTE) == (rf->role == CANDIDATE);
}

// Makes a call and waits for its reply: at most PATIENCE_MS, and only while
// there is nothing else to ask and the server runs. Releases the lock
// meanwhile. Returns the answered call, for the caller to free, or NULL.
static struct call *courier_call(struct courier *courier)
{
    struct raft *rf = courier->rf;
    struct call *call = new_call(courier);
    struct timer patience;
    timer_reset(&patience, PATIENCE_MS);
    courier->next_try = patience;
    timer_reset(&courier->heartbeat, HEARTBEAT_MS);
    courier->call = call;
    go(rf->threads, "helper", make_call, call);
    while (!call->has_returned && !rf->is_dead && is_of_now(rf, call) &&
           !timer_is_due(&patience, clock_now_ns()))
        cond_wait_until(&courier->wake, &rf->mu, patience.due_ns);
    courier->call = NULL;
    if (!call->has_returned)
        return NULL;
    if (call->is_answered)
        return call;
    free_call(call);
    return NULL;
}

// ---- A courier and a reply ----

static void raise_match(struct raft *rf, struct courier *courier, int index)
{
    courier->is_match_found = true;
    courier->next_index = index + 1;
    if (index > courier->match_index) {
        courier->match_index = index;
        advance_commit_index(rf);
    }
}

static void take_append_reply(struct raft *rf, struct courier *courier,
                              const struct call *call)
{
    const AppendEntriesRequest *args = &call->args.append;
    if (call->reply.append.success) {
        raise_match(rf, courier,
                    args->prev_log_index + (int)args->entries.entries_len);
    } else if (courier->next_index > courier->match_index + 1) {
        courier->next_index--;
        note("BACK", "asks S%d about %d next", courier->peer,
             courier->next_index - 1);
    }
}

static void take_reply(struct courier *courier, const struct call *call)
{
    struct raft *rf = courier->rf;
    // All three requests and replies begin with the term.
    int asked_in = call->args.vote.term;
    int answered_in = call->reply.vote.term;
    if (answered_in > rf->current_term)
        become_follower(rf, answered_in);
    if (asked_in != rf->current_term || answered_in != rf->current_term)
        return;
    courier->next_try.due_ns = 0;
    if (call->method == REQUEST_VOTE) {
        courier->has_answered = true;
        if (rf->role == CANDIDATE && call->reply.vote.vote_granted)
            count_vote(rf);
    } else if (rf->role == LEADER) {
        if (call->method == INSTALL_SNAPSHOT)
            raise_match(rf, courier, call->args.install.last_included_index);
        else
            take_append_reply(rf, courier, call);
    }
}

// Returns when to send next; TIMER_NEVER as a follower.
static int64_t next_call_ns(const struct courier *courier)
{
    const struct raft *rf = courier->rf;
    if (rf->role == CANDIDATE)
        return courier->has_answered ? TIMER_NEVER : courier->next_try.due_ns;
    if (rf->role == FOLLOWER)
        return TIMER_NEVER;
    bool is_behind = !courier->is_match_found ||
                     courier->next_index <= log_last_index(&rf->log) ||
                     courier->told_commit < rf->commit_index;
    return is_behind && courier->next_try.due_ns < courier->heartbeat.due_ns
               ? courier->next_try.due_ns
               : courier->heartbeat.due_ns;
}

// The courier's thread.
static void run_courier(void *arg)
{
    struct courier *courier = arg;
    struct raft *rf = courier->rf;
    pthread_mutex_lock(&rf->mu);
    while (!rf->is_dead) {
        int64_t due_ns = next_call_ns(courier);
        if (clock_now_ns() < due_ns) {
            cond_wait_until(&courier->wake, &rf->mu, due_ns);
            continue;
        }
        struct call *call = courier_call(courier);
        if (call != NULL) {
            if (!rf->is_dead)
                take_reply(courier, call);
            free_call(call);
        }
    }
    pthread_mutex_unlock(&rf->mu);
}

// ---- Requests of peers ----

static void request_vote(void *receiver, const void *args_, void *reply_)
{
    struct raft *rf = receiver;
    const RequestVoteRequest *args = args_;
    RequestVoteResponse *reply = reply_;
    pthread_mutex_lock(&rf->mu);
    if (args->term > rf->current_term)
        become_follower(rf, args->term);
    reply->term = rf->current_term;

    int last = log_last_index(&rf->log);
    int last_term = log_term(&rf->log, last);
    bool is_older =
        args->last_log_term < last_term ||
        (args->last_log_term == last_term && args->last_log_index < last);
    bool has_voted_else =
        rf->voted_for != NOBODY && rf->voted_for != args->candidate_id;
    if (args->term == rf->current_term && !is_older && !has_voted_else) {
        rf->voted_for = args->candidate_id;
        save_term_and_vote(rf);
        reset_election_timer(rf);
        reply->vote_granted = true;
        note("VOTE", "votes for S%d", args->candidate_id);
    }
    pthread_mutex_unlock(&rf->mu);
}

// Figure 2, AppendEntries, steps 3 and 4.
static void store_entries(struct raft *rf, const AppendEntriesRequest *args)
{
    struct log *log = &rf->log;
    bool is_changed = false;
    for (u_int k = 0; k < args->entries.entries_len; k++) {
        const Entry *entry = &args->entries.entries_val[k];
        if (entry->index <= log->base_index ||
            log_has(log, entry->index, entry->term))
            continue;
        assert(entry->index > rf->commit_index);
        log_truncate(log, entry->index);
        log_append(log, entry->term,
                   (struct bytes){ entry->command.command_val,
                                   entry->command.command_len });
        is_changed = true;
    }
    if (is_changed)
        save_all(rf);
}

// Sets the conflict fields as raft.x says, although a leader of this kind
// ignores them.
static void describe_conflict(const struct log *log, int prev,
                              AppendEntriesResponse *reply)
{
    reply->conflict_term = NO_TERM;
    reply->conflict_index = log_last_index(log) + 1;
    if (prev > log_last_index(log))
        return;
    reply->conflict_term = log_term(log, prev);
    reply->conflict_index = prev;
    while (reply->conflict_index - 1 > log->base_index &&
           log_term(log, reply->conflict_index - 1) == reply->conflict_term)
        reply->conflict_index--;
}

static void append_entries(void *receiver, const void *args_, void *reply_)
{
    struct raft *rf = receiver;
    const AppendEntriesRequest *args = args_;
    AppendEntriesResponse *reply = reply_;
    pthread_mutex_lock(&rf->mu);
    if (args->term >= rf->current_term) {
        become_follower(rf, args->term);
        reset_election_timer(rf);
        int prev = args->prev_log_index;
        reply->success = prev < rf->log.base_index ||
                         log_has(&rf->log, prev, args->prev_log_term);
        if (!reply->success)
            describe_conflict(&rf->log, prev, reply);
    }
    if (reply->success) {
        store_entries(rf, args);
        int last_new = args->prev_log_index + (int)args->entries.entries_len;
        int index =
            args->leader_commit < last_new ? args->leader_commit : last_new;
        if (index > rf->commit_index) {
            rf->commit_index = index;
            pthread_cond_signal(&rf->applicable);
        }
    }
    reply->term = rf->current_term;
    pthread_mutex_unlock(&rf->mu);
}

static void install_snapshot(void *receiver, const void *args_, void *reply_)
{
    struct raft *rf = receiver;
    const InstallSnapshotRequest *args = args_;
    InstallSnapshotResponse *reply = reply_;
    pthread_mutex_lock(&rf->mu);
    if (args->term >= rf->current_term) {
        become_follower(rf, args->term);
        reset_election_timer(rf);
        // Committed entries need no snapshot.
        if (args->last_included_index > rf->commit_index) {
            log_compact(&rf->log, args->last_included_index,
                        args->last_included_term);
            rf->commit_index = args->last_included_index;
            save_with_snapshot(
                rf, (struct bytes){ args->data.data_val, args->data.data_len });
            pthread_cond_signal(&rf->applicable);
            note("SNAP", "installs a snapshot up to %d", rf->commit_index);
        }
    }
    reply->term = rf->current_term;
    pthread_mutex_unlock(&rf->mu);
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

// ---- Calls of the service ----

static void make_couriers(struct raft *rf)
{
    rf->couriers = alloc((size_t)rf->n_peers * sizeof rf->couriers[0]);
    for (int peer = 0; peer < rf->n_peers; peer++) {
        struct courier *courier = &rf->couriers[peer];
        courier->rf = rf;
        courier->peer = peer;
        snprintf(courier->name, sizeof courier->name, "courier %d", peer);
        cond_init(&courier->wake);
    }
}

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);
    rf->peers = peers;
    rf->n_peers = n_peers;
    rf->me = me;
    rf->persister = persister;
    rf->apply_ch = apply_ch;
    pthread_mutex_init(&rf->mu, NULL);
    pthread_cond_init(&rf->applicable, NULL);
    cond_init(&rf->election_changed);
    rf->rng = rng_make();
    rf->voted_for = NOBODY;
    restore(rf);
    reset_election_timer(rf);
    make_couriers(rf);

    rf->threads = go_group_make();
    go_group_set_server(rf->threads, me);
    go(rf->threads, "elections", watch_elections, rf);
    go(rf->threads, "applier", apply, rf);
    for (int peer = 0; peer < n_peers; peer++) {
        if (peer != me)
            go(rf->threads, rf->couriers[peer].name, run_courier,
               &rf->couriers[peer]);
    }
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    pthread_mutex_lock(&rf->mu);
    bool is_leader = rf->role == LEADER;
    if (is_leader) {
        log_append(&rf->log, rf->current_term, command);
        save_all(rf);
        *index = log_last_index(&rf->log);
        *term = rf->current_term;
        advance_commit_index(rf);  // In a cluster of one.
        wake_couriers(rf);
    }
    pthread_mutex_unlock(&rf->mu);
    return is_leader;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    pthread_mutex_lock(&rf->mu);
    *term = rf->current_term;
    *is_leader = rf->role == LEADER;
    pthread_mutex_unlock(&rf->mu);
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    pthread_mutex_lock(&rf->mu);
    if (index > rf->log.base_index) {
        log_compact(&rf->log, index, log_term(&rf->log, index));
        save_with_snapshot(rf, snapshot);
    }
    pthread_mutex_unlock(&rf->mu);
}

void raft_kill(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    rf->is_dead = true;
    rf->role = FOLLOWER;
    pthread_cond_signal(&rf->applicable);
    pthread_cond_signal(&rf->election_changed);
    wake_couriers(rf);
    go_group_close(rf->threads);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    go_group_free(rf->threads);
    for (int peer = 0; peer < rf->n_peers; peer++)
        pthread_cond_destroy(&rf->couriers[peer].wake);
    pthread_cond_destroy(&rf->applicable);
    pthread_cond_destroy(&rf->election_changed);
    pthread_mutex_destroy(&rf->mu);
    log_free(&rf->log);
    free(rf->couriers);
    free(rf);
}
