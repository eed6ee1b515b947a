// A Raft whose heartbeats are empty AppendEntries with a timer of their own.
//
// How it differs: entries travel in messages of their own, which the leader
// sends only after raft_start or an answer (leader.c). So a heartbeat's
// prev_log_index may lie before entries that are on their way, and followers
// learn of a commit up to one heartbeat later. It is a monitor: one lock, one
// condition variable, plain pthreads. It saves its whole state.
//
// Why it is right: an AppendEntries without entries follows Figure 2 like any
// other. It is refused if prev_log_index does not match, commits at most up to
// prev_log_index, and truncates nothing.
//
// This file: the service's side, and the two threads that do not send.
#include "monitor.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdlib.h>

int64_t ms_from_now(int ms)
{
    return clock_now_ns() + ms * NS_PER_MS;
}

// ---- The timekeeper ----

static void do_what_is_due(struct raft *rf)
{
    INSIDE(rf);
    int64_t now_ns = clock_now_ns();
    if (now_ns >= rf->election_at_ns)
        begin_election(rf);
    if (now_ns >= rf->ask_again_at_ns)
        ask_for_votes(rf);
    if (now_ns >= rf->heartbeat_at_ns)
        send_heartbeats(rf);
}

static void *keep_time(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        do_what_is_due(rf);
        int64_t until_ns = rf->election_at_ns;
        if (rf->ask_again_at_ns < until_ns)
            until_ns = rf->ask_again_at_ns;
        if (rf->heartbeat_at_ns < until_ns)
            until_ns = rf->heartbeat_at_ns;
        if (rf->returned == NULL) {
            cond_wait_until(&rf->changed, &rf->mu, until_ns);
            continue;
        }
        pthread_mutex_unlock(&rf->mu);
        join_returned(rf);
        pthread_mutex_lock(&rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
    return NULL;
}

// ---- The applier ----

// Waits for something to apply. Returns false if there will be nothing more.
static bool await_message(struct raft *rf, struct apply_msg *message)
{
    INSIDE(rf);
    while (!rf->dead && !rf->new_snapshot.snapshot_valid &&
           rf->last_applied == rf->commit_index)
        pthread_cond_wait(&rf->changed, &rf->mu);
    if (rf->dead)
        return false;
    if (rf->new_snapshot.snapshot_valid) {
        *message = rf->new_snapshot;
        rf->new_snapshot = (struct apply_msg){ 0 };
        rf->last_applied = message->snapshot_index;
        return true;
    }
    int index = ++rf->last_applied;
    *message = (struct apply_msg){
        .command_valid = true,
        .command = bytes_copy(log_command(rf, index)),
        .command_index = index,
    };
    return true;
}

static void *apply(void *arg)
{
    struct raft *rf = arg;
    struct apply_msg message;
    pthread_mutex_lock(&rf->mu);
    while (await_message(rf, &message)) {
        pthread_mutex_unlock(&rf->mu);
        channel_send(rf->apply_ch, &message);
        pthread_mutex_lock(&rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
    return NULL;
}

// ---- The service's side ----

static void start_threads(struct raft *rf)
{
    int error = pthread_create(&rf->timekeeper, NULL, keep_time, rf);
    error |= pthread_create(&rf->applier, NULL, apply, rf);
    for (int p = 0; p < rf->n_peers; p++)
        error |=
            pthread_create(&rf->peers[p].sender, NULL, sender, &rf->peers[p]);
    assert(error == 0 && "the threads of a server cannot be started");
    (void)error;
}

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);
    rf->ends = peers;
    rf->n_peers = n_peers;
    rf->me = me;
    rf->persister = persister;
    rf->apply_ch = apply_ch;
    rf->rng = rng_make();
    rf->peers = alloc((size_t)n_peers * sizeof rf->peers[0]);
    for (int p = 0; p < n_peers; p++) {
        rf->peers[p].rf = rf;
        rf->peers[p].id = p;
    }
    pthread_mutex_init(&rf->mu, NULL);
    cond_init(&rf->changed);

    pthread_mutex_lock(&rf->mu);
    load(rf);
    become_follower(rf, rf->saved.current_term);
    postpone_election(rf);
    start_threads(rf);
    pthread_mutex_unlock(&rf->mu);
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    pthread_mutex_lock(&rf->mu);
    bool leads = rf->role == LEADER && !rf->dead;
    if (leads) {
        log_add(rf, rf->saved.current_term, command);
        save(rf);
        *index = log_last(rf);
        *term = rf->saved.current_term;
        log_has_grown(rf);
    }
    pthread_mutex_unlock(&rf->mu);
    return leads;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    pthread_mutex_lock(&rf->mu);
    *term = rf->saved.current_term;
    *is_leader = rf->role == LEADER;
    pthread_mutex_unlock(&rf->mu);
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    pthread_mutex_lock(&rf->mu);
    if (index > log_base(rf)) {
        log_rebase(rf, index, log_term(rf, index));
        save_both(rf, snapshot);
    }
    pthread_mutex_unlock(&rf->mu);
}

void raft_kill(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    rf->dead = true;
    pthread_cond_broadcast(&rf->changed);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    pthread_join(rf->timekeeper, NULL);
    pthread_join(rf->applier, NULL);
    for (int p = 0; p < rf->n_peers; p++)
        pthread_join(rf->peers[p].sender, NULL);
    pthread_mutex_lock(&rf->mu);
    while (rf->n_running > 0)
        pthread_cond_wait(&rf->changed, &rf->mu);
    pthread_mutex_unlock(&rf->mu);
    join_returned(rf);

    bytes_free(&rf->new_snapshot.snapshot);
    xdr_free((xdrproc_t)xdr_PersistentState, &rf->saved);
    free(rf->image);
    free(rf->peers);
    pthread_cond_destroy(&rf->changed);
    pthread_mutex_destroy(&rf->mu);
    free(rf);
}

// ---- The RPCs ----

const struct labrpc_method methods[N_METHODS] = {
    [REQUEST_VOTE] = { .name = "Raft.RequestVote",
                       .xdr_args = (xdrproc_t)xdr_RequestVoteRequest,
                       .args_size = sizeof(RequestVoteRequest),
                       .xdr_reply = (xdrproc_t)xdr_RequestVoteResponse,
                       .reply_size = sizeof(RequestVoteResponse),
                       .handler = handle_vote },
    [APPEND_ENTRIES] = { .name = "Raft.AppendEntries",
                         .xdr_args = (xdrproc_t)xdr_AppendEntriesRequest,
                         .args_size = sizeof(AppendEntriesRequest),
                         .xdr_reply = (xdrproc_t)xdr_AppendEntriesResponse,
                         .reply_size = sizeof(AppendEntriesResponse),
                         .handler = handle_append },
    [INSTALL_SNAPSHOT] = { .name = "Raft.InstallSnapshot",
                           .xdr_args = (xdrproc_t)xdr_InstallSnapshotRequest,
                           .args_size = sizeof(InstallSnapshotRequest),
                           .xdr_reply = (xdrproc_t)xdr_InstallSnapshotResponse,
                           .reply_size = sizeof(InstallSnapshotResponse),
                           .handler = handle_install },
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_METHODS;
    return methods;
}
