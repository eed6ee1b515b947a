// A Raft as a student hands it in: one lock around everything, a thread that
// looks at the time every 10 ms, a new thread for every RPC.
//
// How it differs from the reference: it has no replicators and no thread pool.
// It sends a round of AppendEntries after every raft_start and every 100 ms,
// whatever else is under way, each with all entries that the follower lacks.
// Followers learn of a commit in the next round. The whole state is saved every
// time. The applier delivers one entry at a time. It uses plain pthreads,
// usleep() and rand(), and nothing of rt/go.h.
//
// Why it is right: every change to the term, the vote or the log is saved
// before the lock is released. A reply counts only in the term and role of its
// request. Rounds that overtake each other do no harm, because match_index only
// rises and a follower truncates only what conflicts.
#include "raft/raft.h"
#include "rt/alloc.h"
#include "rt/debug_log.h"

#include "raft/raft_x.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS            10
#define HEARTBEAT_MS       100
#define ELECTION_MIN_MS    400
#define ELECTION_SPREAD_MS 400

enum role { FOLLOWER, CANDIDATE, LEADER };

struct raft {
    struct labrpc_end **peers;
    int n_peers;
    int me;
    struct persister *persister;
    struct channel *apply_ch;
    pthread_t ticker;
    pthread_t applier;

    pthread_mutex_t mu;  // Guards everything below.
    bool dead;
    enum role role;
    int current_term;
    int voted_for;

    // log[0] is the last entry that the snapshot covers.
    Entry *log;
    int log_len;
    int log_capacity;

    int commit_index;
    int last_applied;           // Below log[0].index: the snapshot comes next.
    pthread_cond_t apply_cond;  // last_applied < commit_index, or dead.

    int votes;
    int *next_index;
    int *match_index;
    int64_t election_at_ms;
    int64_t heartbeat_at_ms;

    int n_calls;                // Threads that make an RPC.
    pthread_cond_t calls_cond;  // n_calls is 0.
};

// An RPC to a peer, for the thread that makes it.
struct call {
    struct raft *rf;
    int peer;
    const struct labrpc_method *method;
    union {
        RequestVoteRequest vote;
        AppendEntriesRequest append;
        InstallSnapshotRequest install;
    } args;
};

enum { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_RPCS };
static const struct labrpc_method methods[N_RPCS];

#define say(topic, ...) debug_log(topic, rf->me, rf->current_term, __VA_ARGS__)

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// ---- The log ----

static int first_index(const struct raft *rf)
{
    return rf->log[0].index;
}

static int last_index(const struct raft *rf)
{
    return rf->log[rf->log_len - 1].index;
}

static int term_at(const struct raft *rf, int index)
{
    return rf->log[index - first_index(rf)].term;
}

static Entry copy_entry(const Entry *entry)
{
    struct bytes command = bytes_copy((struct bytes){
        entry->command.command_val, entry->command.command_len });
    return (Entry){ entry->index,
                    entry->term,
                    { entry->command.command_len, command.data } };
}

static void append(struct raft *rf, const Entry *entry)
{
    if (rf->log_len == rf->log_capacity) {
        rf->log_capacity = 2 * rf->log_capacity + 16;
        rf->log =
            alloc_resize(rf->log, (size_t)rf->log_capacity, sizeof rf->log[0]);
    }
    rf->log[rf->log_len++] = copy_entry(entry);
}

// Drops the entries from index on.
static void cut_tail(struct raft *rf, int index)
{
    while (last_index(rf) >= index)
        free(rf->log[--rf->log_len].command.command_val);
}

// Removes the entries up to index, which becomes log[0]. The entries after it
// stay only if the log has that entry with that term (Figure 13, steps 6 and
// 7).
static void cut_head(struct raft *rf, int index, int term)
{
    bool follows = index <= last_index(rf) && term_at(rf, index) == term;
    int n_gone = follows ? index - first_index(rf) : rf->log_len;
    for (int i = 0; i < n_gone; i++)
        free(rf->log[i].command.command_val);
    if (follows) {
        free(rf->log[n_gone].command.command_val);
        rf->log_len -= n_gone;
        memmove(rf->log, rf->log + n_gone,
                (size_t)rf->log_len * sizeof rf->log[0]);
    } else {
        rf->log_len = 1;
    }
    rf->log[0] = (Entry){ .index = index, .term = term };
}

// ---- What survives a crash ----

// Returns the size of the state in XDR. xdr_sizeof() is as slow as encoding.
static size_t encoded_size(const struct raft *rf)
{
    size_t size = 3 * (size_t)BYTES_PER_XDR_UNIT;
    for (int i = 0; i < rf->log_len; i++)
        size += 3 * (size_t)BYTES_PER_XDR_UNIT +
                RNDUP(rf->log[i].command.command_len);
    return size;
}

// Saves everything; with the snapshot, if there is a new one.
static void save(struct raft *rf, const struct bytes *snapshot)
{
    PersistentState state = { rf->current_term,
                              rf->voted_for,
                              { (u_int)rf->log_len, rf->log } };
    size_t size = encoded_size(rf);
    struct bytes encoded = { alloc(size), size };
    XDR xdrs;
    xdrmem_create(&xdrs, encoded.data, (u_int)size, XDR_ENCODE);
    if (!xdr_PersistentState(&xdrs, &state))
        abort();
    xdr_destroy(&xdrs);
    if (snapshot != NULL)
        persister_save(rf->persister, encoded, *snapshot);
    else
        persister_save_raft_state(rf->persister, encoded);
    bytes_free(&encoded);
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
                "raft: server %d cannot decode its saved state: it is not a "
                "PersistentState\n",
                rf->me);
        exit(2);
    }
    xdr_destroy(&xdrs);
    bytes_free(&saved);
    free(rf->log);
    rf->current_term = state.current_term;
    rf->voted_for = state.voted_for;
    rf->log = state.logs.logs_val;
    rf->log_len = rf->log_capacity = (int)state.logs.logs_len;
    rf->commit_index = rf->last_applied = first_index(rf);
}

// ---- Roles ----

static void reset_election_timer(struct raft *rf)
{
    rf->election_at_ms =
        now_ms() + ELECTION_MIN_MS + rand() % ELECTION_SPREAD_MS;
}

// Becomes a follower in this term. A new term begins without a vote (§5.1).
static void follow(struct raft *rf, int term)
{
    if (rf->role == LEADER)
        reset_election_timer(rf);  // A leader's timer expired long ago.
    rf->role = FOLLOWER;
    if (term > rf->current_term) {
        rf->current_term = term;
        rf->voted_for = NOBODY;
        save(rf, NULL);
    }
}

// Commits the highest index that a majority has, if it is of this term
// (§5.4.2).
static void commit(struct raft *rf)
{
    for (int n = last_index(rf);
         n > rf->commit_index && term_at(rf, n) == rf->current_term; n--) {
        int count = 1;
        for (int i = 0; i < rf->n_peers; i++)
            count += i != rf->me && rf->match_index[i] >= n;
        if (count > rf->n_peers / 2) {
            rf->commit_index = n;
            say("CMIT", "commits up to %d", n);
            pthread_cond_signal(&rf->apply_cond);
            return;
        }
    }
}

// ---- The leader's side of replication ----

static struct call *new_call(struct raft *rf, int peer, int method)
{
    struct call *call = alloc(sizeof *call);
    call->rf = rf;
    call->peer = peer;
    call->method = &methods[method];
    return call;
}

static void free_call(struct call *call)
{
    xdr_free(call->method->xdr_args, &call->args);
    free(call);
}

static bool make_call(const struct call *call, void *reply)
{
    return labrpc_call(call->rf->peers[call->peer], call->method, &call->args,
                       reply);
}

// Makes the call on a thread. If there is no thread, the RPC is lost, as on a
// bad network.
static void start_call(struct call *call, void *(*fn)(void *))
{
    struct raft *rf = call->rf;
    pthread_t thread;
    if (pthread_create(&thread, NULL, fn, call) != 0) {
        free_call(call);
        return;
    }
    pthread_detach(thread);
    rf->n_calls++;
}

// The last step of such a thread; it holds the lock.
static void end_call(struct call *call)
{
    struct raft *rf = call->rf;
    free_call(call);
    if (--rf->n_calls == 0)
        pthread_cond_signal(&rf->calls_cond);
}

// Does a reply still count? A newer term in it makes this server a follower
// (§5.1).
static bool is_current(struct raft *rf, enum role role, int sent_term,
                       int reply_term)
{
    if (reply_term > rf->current_term)
        follow(rf, reply_term);
    return rf->role == role && rf->current_term == sent_term &&
           reply_term == sent_term;
}

static void has_up_to(struct raft *rf, int peer, int index)
{
    if (index > rf->match_index[peer]) {
        rf->match_index[peer] = index;
        rf->next_index[peer] = index + 1;
        commit(rf);
    }
}

static void send_to(struct raft *rf, int peer);

// Goes back to the last entry of the conflicting term that we have, or to the
// follower's first one of it (end of §5.3), and tries again there.
static void back_up(struct raft *rf, int peer, int prev,
                    const AppendEntriesResponse *reply)
{
    if (rf->next_index[peer] != prev + 1)
        return;  // The refusal answers an older request.
    int next = reply->conflict_index;
    for (int i = prev; reply->conflict_term != NO_TERM && i > first_index(rf);
         i--) {
        if (term_at(rf, i) == reply->conflict_term) {
            next = i + 1;
            break;
        }
    }
    if (next > prev)
        next = prev;  // At least one back.
    if (next <= rf->match_index[peer])
        next = rf->match_index[peer] + 1;
    rf->next_index[peer] = next;
    say("BACK", "goes back to %d for S%d", next, peer);
    send_to(rf, peer);
}

static void *call_append(void *arg)
{
    struct call *call = arg;
    struct raft *rf = call->rf;
    const AppendEntriesRequest *args = &call->args.append;
    AppendEntriesResponse reply;
    bool ok = make_call(call, &reply);

    pthread_mutex_lock(&rf->mu);
    if (ok && is_current(rf, LEADER, args->term, reply.term)) {
        if (reply.success)
            has_up_to(rf, call->peer,
                      args->prev_log_index + (int)args->entries.entries_len);
        else
            back_up(rf, call->peer, args->prev_log_index, &reply);
    }
    end_call(call);
    pthread_mutex_unlock(&rf->mu);
    return NULL;
}

static void *call_install(void *arg)
{
    struct call *call = arg;
    struct raft *rf = call->rf;
    const InstallSnapshotRequest *args = &call->args.install;
    InstallSnapshotResponse reply;
    bool ok = make_call(call, &reply);

    pthread_mutex_lock(&rf->mu);
    if (ok && is_current(rf, LEADER, args->term, reply.term))
        has_up_to(rf, call->peer, args->last_included_index);
    end_call(call);
    pthread_mutex_unlock(&rf->mu);
    return NULL;
}

static void send_snapshot(struct raft *rf, int peer)
{
    struct bytes snapshot = persister_read_snapshot(rf->persister);
    struct call *call = new_call(rf, peer, INSTALL_SNAPSHOT);
    call->args.install =
        (InstallSnapshotRequest){ .term = rf->current_term,
                                  .leader_id = rf->me,
                                  .last_included_index = first_index(rf),
                                  .last_included_term = rf->log[0].term,
                                  .data = { (u_int)snapshot.len,
                                            snapshot.data } };
    start_call(call, call_install);
}

// Sends all entries that the peer lacks; if there are none, it is a heartbeat.
static void send_to(struct raft *rf, int peer)
{
    int next = rf->next_index[peer];
    if (next <= first_index(rf)) {
        send_snapshot(rf, peer);
        return;
    }
    int count = last_index(rf) - next + 1;
    Entry *entries = alloc((size_t)(count + 1) * sizeof *entries);
    for (int i = 0; i < count; i++)
        entries[i] = copy_entry(&rf->log[next - first_index(rf) + i]);
    struct call *call = new_call(rf, peer, APPEND_ENTRIES);
    call->args.append =
        (AppendEntriesRequest){ .term = rf->current_term,
                                .leader_id = rf->me,
                                .prev_log_index = next - 1,
                                .prev_log_term = term_at(rf, next - 1),
                                .leader_commit = rf->commit_index,
                                .entries = { (u_int)count, entries } };
    start_call(call, call_append);
}

static void send_round(struct raft *rf)
{
    for (int i = 0; i < rf->n_peers; i++) {
        if (i != rf->me)
            send_to(rf, i);
    }
    rf->heartbeat_at_ms = now_ms() + HEARTBEAT_MS;
}

// ---- Elections ----

static void count_vote(struct raft *rf)
{
    rf->votes++;
    if (rf->votes <= rf->n_peers / 2)
        return;
    say("ROLE", "leads, with %d votes", rf->votes);
    rf->role = LEADER;
    for (int i = 0; i < rf->n_peers; i++) {
        rf->next_index[i] = last_index(rf) + 1;
        rf->match_index[i] = 0;
    }
    send_round(rf);
}

static void *call_vote(void *arg)
{
    struct call *call = arg;
    struct raft *rf = call->rf;
    const RequestVoteRequest *args = &call->args.vote;
    RequestVoteResponse reply;
    bool ok = make_call(call, &reply);

    pthread_mutex_lock(&rf->mu);
    if (ok && is_current(rf, CANDIDATE, args->term, reply.term) &&
        reply.vote_granted)
        count_vote(rf);
    end_call(call);
    pthread_mutex_unlock(&rf->mu);
    return NULL;
}

static void start_election(struct raft *rf)
{
    rf->role = CANDIDATE;
    rf->current_term++;
    rf->voted_for = rf->me;
    save(rf, NULL);
    reset_election_timer(rf);
    say("VOTE", "stands for election");
    for (int i = 0; i < rf->n_peers; i++) {
        if (i == rf->me)
            continue;
        struct call *call = new_call(rf, i, REQUEST_VOTE);
        call->args.vote =
            (RequestVoteRequest){ rf->current_term, rf->me, last_index(rf),
                                  rf->log[rf->log_len - 1].term };
        start_call(call, call_vote);
    }
    rf->votes = 0;
    count_vote(rf);  // Its own vote.
}

// ---- The two permanent threads ----

static void *run_ticker(void *arg)
{
    struct raft *rf = arg;
    bool dead = false;
    while (!dead) {
        usleep(TICK_MS * 1000);
        pthread_mutex_lock(&rf->mu);
        dead = rf->dead;
        int64_t now = now_ms();
        if (!dead && rf->role == LEADER && now >= rf->heartbeat_at_ms)
            send_round(rf);
        if (!dead && rf->role != LEADER && now >= rf->election_at_ms)
            start_election(rf);
        pthread_mutex_unlock(&rf->mu);
    }
    return NULL;
}

// Returns what to deliver next. Order holds when a snapshot arrives between two
// entries, because the head of the log says what is next.
static struct apply_msg next_to_apply(struct raft *rf)
{
    if (rf->last_applied < first_index(rf)) {
        rf->last_applied = first_index(rf);
        return (struct apply_msg){
            .snapshot_valid = true,
            .snapshot = persister_read_snapshot(rf->persister),
            .snapshot_term = rf->log[0].term,
            .snapshot_index = first_index(rf),
        };
    }
    rf->last_applied++;
    Entry entry = copy_entry(&rf->log[rf->last_applied - first_index(rf)]);
    return (struct apply_msg){
        .command_valid = true,
        .command = { entry.command.command_val, entry.command.command_len },
        .command_index = entry.index,
    };
}

static void *run_applier(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        if (rf->last_applied >= rf->commit_index) {
            pthread_cond_wait(&rf->apply_cond, &rf->mu);
            continue;
        }
        struct apply_msg msg = next_to_apply(rf);
        pthread_mutex_unlock(&rf->mu);
        channel_send(rf->apply_ch, &msg);
        pthread_mutex_lock(&rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
    return NULL;
}

// ---- Requests of peers ----

static void request_vote(void *receiver, const void *args_, void *reply_)
{
    struct raft *rf = receiver;
    const RequestVoteRequest *args = args_;
    RequestVoteResponse *reply = reply_;
    pthread_mutex_lock(&rf->mu);
    if (args->term > rf->current_term)
        follow(rf, args->term);

    // §5.4.1: the later last term wins; of equal ones, the longer log.
    int last_term = rf->log[rf->log_len - 1].term;
    bool up_to_date = args->last_log_term > last_term ||
                      (args->last_log_term == last_term &&
                       args->last_log_index >= last_index(rf));
    if (args->term == rf->current_term && up_to_date &&
        (rf->voted_for == NOBODY || rf->voted_for == args->candidate_id)) {
        reply->vote_granted = true;
        rf->voted_for = args->candidate_id;
        save(rf, NULL);
        reset_election_timer(rf);
        say("VOTE", "votes for S%d", args->candidate_id);
    }
    reply->term = rf->current_term;
    pthread_mutex_unlock(&rf->mu);
}

// Tells the leader where the logs differ.
static void set_conflict(struct raft *rf, int prev,
                         AppendEntriesResponse *reply)
{
    if (prev > last_index(rf)) {
        reply->conflict_term = NO_TERM;
        reply->conflict_index = last_index(rf) + 1;
        return;
    }
    int index = prev;
    reply->conflict_term = term_at(rf, prev);
    while (index > first_index(rf) + 1 &&
           term_at(rf, index - 1) == reply->conflict_term)
        index--;
    reply->conflict_index = index;
}

// Figure 2, steps 3 and 4. Entries that the snapshot covers and entries that
// match stay, with those after them.
static void store(struct raft *rf, const AppendEntriesRequest *args)
{
    bool changed = false;
    for (u_int i = 0; i < args->entries.entries_len; i++) {
        const Entry *entry = &args->entries.entries_val[i];
        if (entry->index <= first_index(rf))
            continue;
        if (entry->index <= last_index(rf)) {
            if (term_at(rf, entry->index) == entry->term)
                continue;
            assert(entry->index > rf->commit_index);
            cut_tail(rf, entry->index);
        }
        append(rf, entry);
        changed = true;
    }
    if (changed)
        save(rf, NULL);
}

static void append_entries(void *receiver, const void *args_, void *reply_)
{
    struct raft *rf = receiver;
    const AppendEntriesRequest *args = args_;
    AppendEntriesResponse *reply = reply_;
    pthread_mutex_lock(&rf->mu);
    reply->term = rf->current_term;
    if (args->term < rf->current_term)
        goto out;
    follow(rf, args->term);
    reset_election_timer(rf);
    reply->term = rf->current_term;

    int prev = args->prev_log_index;
    if (prev > last_index(rf) ||
        (prev >= first_index(rf) && term_at(rf, prev) != args->prev_log_term)) {
        set_conflict(rf, prev, reply);
        goto out;
    }
    reply->success = true;
    store(rf, args);

    int last_new = prev + (int)args->entries.entries_len;
    int leaders =
        args->leader_commit < last_new ? args->leader_commit : last_new;
    if (leaders > rf->commit_index) {
        rf->commit_index = leaders;
        pthread_cond_signal(&rf->apply_cond);
    }
out:
    pthread_mutex_unlock(&rf->mu);
}

// A snapshot that covers no more than what is committed here is old.
static void install_snapshot(void *receiver, const void *args_, void *reply_)
{
    struct raft *rf = receiver;
    const InstallSnapshotRequest *args = args_;
    InstallSnapshotResponse *reply = reply_;
    pthread_mutex_lock(&rf->mu);
    if (args->term >= rf->current_term) {
        follow(rf, args->term);
        reset_election_timer(rf);
        if (args->last_included_index > rf->commit_index) {
            struct bytes snapshot = { args->data.data_val,
                                      args->data.data_len };
            cut_head(rf, args->last_included_index, args->last_included_term);
            rf->commit_index = args->last_included_index;
            save(rf, &snapshot);
            say("SNAP", "installs a snapshot up to %d", rf->commit_index);
            pthread_cond_signal(&rf->apply_cond);
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
    pthread_cond_init(&rf->apply_cond, NULL);
    pthread_cond_init(&rf->calls_cond, NULL);
    rf->voted_for = NOBODY;
    rf->next_index = alloc((size_t)n_peers * sizeof rf->next_index[0]);
    rf->match_index = alloc((size_t)n_peers * sizeof rf->match_index[0]);
    append(rf, &(Entry){ .index = 0, .term = 0 });
    restore(rf);
    reset_election_timer(rf);
    if (pthread_create(&rf->ticker, NULL, run_ticker, rf) != 0 ||
        pthread_create(&rf->applier, NULL, run_applier, rf) != 0) {
        fprintf(stderr, "raft: server %d cannot have a thread\n", me);
        exit(2);
    }
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    pthread_mutex_lock(&rf->mu);
    bool is_leader = rf->role == LEADER && !rf->dead;
    if (is_leader) {
        *index = last_index(rf) + 1;
        *term = rf->current_term;
        append(rf,
               &(Entry){ *index, *term, { (u_int)command.len, command.data } });
        save(rf, NULL);
        commit(rf);  // In a cluster of one.
        send_round(rf);
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
    if (index > first_index(rf)) {
        cut_head(rf, index, term_at(rf, index));
        save(rf, &snapshot);
    }
    pthread_mutex_unlock(&rf->mu);
}

void raft_kill(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    rf->dead = true;
    rf->role = FOLLOWER;  // So that no late reply makes it send anything.
    pthread_cond_signal(&rf->apply_cond);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    pthread_join(rf->ticker, NULL);
    pthread_join(rf->applier, NULL);
    pthread_mutex_lock(&rf->mu);
    while (rf->n_calls > 0)
        pthread_cond_wait(&rf->calls_cond, &rf->mu);
    cut_tail(rf, first_index(rf) + 1);
    pthread_mutex_unlock(&rf->mu);
    pthread_mutex_destroy(&rf->mu);
    pthread_cond_destroy(&rf->apply_cond);
    pthread_cond_destroy(&rf->calls_cond);
    free(rf->log);
    free(rf->next_index);
    free(rf->match_index);
    free(rf);
}
