// A Raft that sends at most four entries in an AppendEntries.
//
// How it differs: a follower that is behind gets its entries in batches. The
// leader sends the next batch when the last one is answered, or should have
// been (replicate.c). So most requests end before the leader's log does: the
// last entry sent, leader_commit and the last index are three different
// numbers, and a success covers only a part of the log. The ticker polls;
// nobody is woken for a timeout; entries are applied one by one. A leader, and
// a server that has just heard from one, ignores RequestVotes: it grants none,
// and does not adopt their terms.
//
// Why it is right: it is Figures 2 and 13. The leader may choose the size of a
// batch. A follower commits only up to the end of the batch it was sent, and
// the leader counts only what was in it. Ignoring RequestVotes is §6's rule
// against disruptive servers: the candidate asks again, and a deposed leader
// learns of the new term from a reply or from the next leader.
//
// This file: the service's side, the ticker, and the applier.
#include "node.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <assert.h>
#include <stdlib.h>

// ---- Threads ----

// A timer is at most POLL_MS late. No timeout here is that exact.
static void tick(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        int64_t now_ms = clock_now_ms();
        if (rf->role == LEADER && now_ms >= rf->heartbeat_due_ms)
            send_heartbeats_locked(rf);
        if (rf->role == LEADER)
            overtake_locked(rf);
        if (rf->role != LEADER && now_ms >= rf->election_due_ms)
            stand_locked(rf);
        pthread_mutex_unlock(&rf->mu);
        sleep_ms(POLL_MS);
        pthread_mutex_lock(&rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
}

// Takes the next message to apply; false if there is none.
static bool take_next_locked(struct raft *rf, struct apply_msg *message)
{
    must_hold(&rf->mu);
    if (rf->snapshot_to_apply.snapshot_valid) {
        *message = rf->snapshot_to_apply;
        rf->snapshot_to_apply = (struct apply_msg){ 0 };
        rf->last_applied = message->snapshot_index;
        return true;
    }
    if (rf->last_applied == rf->commit_index)
        return false;
    rf->last_applied++;
    Entry entry = copy_of_entry(log_entry(rf, rf->last_applied));
    *message = (struct apply_msg){
        .command_valid = true,
        .command = { entry.command.command_val, entry.command.command_len },
        .command_index = entry.index,
    };
    return true;
}

static void apply(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        struct apply_msg message;
        if (!take_next_locked(rf, &message)) {
            pthread_cond_wait(&rf->apply_cond, &rf->mu);
            continue;
        }
        pthread_mutex_unlock(&rf->mu);
        channel_send(rf->apply_ch, &message);
        pthread_mutex_lock(&rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
}

// ---- The service's side ----

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);
    rf->peers = peers;
    rf->n_peers = n_peers;
    rf->me = me;
    rf->persister = persister;
    rf->apply_ch = apply_ch;
    rf->rng = rng_make();
    rf->progress = alloc((size_t)n_peers * sizeof rf->progress[0]);
    pthread_mutex_init(&rf->mu, NULL);
    pthread_cond_init(&rf->apply_cond, NULL);

    pthread_mutex_lock(&rf->mu);
    load_locked(rf);
    put_off_election_locked(rf);
    pthread_mutex_unlock(&rf->mu);

    rf->threads = go_group_make();
    go_group_set_server(rf->threads, me);
    go(rf->threads, "tick", tick, rf);
    go(rf->threads, "apply", apply, rf);
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    pthread_mutex_lock(&rf->mu);
    bool is_leader = rf->role == LEADER && !rf->dead;
    if (is_leader) {
        append_locked(rf, rf->current_term, command);
        save_locked(rf);
        *index = log_last(rf);
        *term = rf->current_term;
        replicate_locked(rf);
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
    if (index > log_first(rf)) {
        assert(index <= rf->commit_index);
        compact_locked(rf, index, log_term(rf, index));
        save_with_snapshot_locked(rf, snapshot);
    }
    pthread_mutex_unlock(&rf->mu);
}

void raft_kill(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    rf->dead = true;  // From now on nobody calls go().
    pthread_cond_signal(&rf->apply_cond);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    go_group_free(rf->threads);
    bytes_free(&rf->snapshot_to_apply.snapshot);
    free_log(rf);
    free(rf->progress);
    pthread_cond_destroy(&rf->apply_cond);
    pthread_mutex_destroy(&rf->mu);
    free(rf);
}

// ---- The RPCs ----

#define RPC(name_, message, handler_)                                          \
    {                                                                          \
        .name = (name_), .xdr_args = (xdrproc_t)xdr_##message##Request,        \
        .args_size = sizeof(message##Request),                                 \
        .xdr_reply = (xdrproc_t)xdr_##message##Response,                       \
        .reply_size = sizeof(message##Response), .handler = (handler_)         \
    }

const struct labrpc_method methods[N_METHODS] = {
    [VOTE] = RPC("Raft.RequestVote", RequestVote, answer_vote),
    [APPEND] = RPC("Raft.AppendEntries", AppendEntries, answer_append),
    [INSTALL] = RPC("Raft.InstallSnapshot", InstallSnapshot, answer_install),
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_METHODS;
    return methods;
}
