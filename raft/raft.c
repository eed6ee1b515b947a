// Makes and frees a peer, and answers the service's calls. The structure is
// that of the notes (docs/notes.md):
//
//   ticker      one thread; starts elections, sends heartbeats    ticker.c
//   replicator  one thread a peer; sends when the peer is behind  replication.c
//   applier     one thread; delivers what is committed            applier.c
//   RPC calls   each on a thread of rf->threads, which ends with the call
//
// The service's threads and the network's handlers call these functions, too.
#include "raft/internal.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static void make_state(struct raft *rf)
{
    rf->rng = rng_make();
    rf->voted_for = NOBODY;
    log_init(&rf->logs, 0, 0);

    size_t n = (size_t)rf->n_peers;
    rf->next_index = alloc(n * sizeof *rf->next_index);
    rf->match_index = alloc(n * sizeof *rf->match_index);
    rf->told_commit = alloc(n * sizeof *rf->told_commit);
    rf->awaited = alloc(n * sizeof *rf->awaited);
    rf->replicator_cond = alloc(n * sizeof *rf->replicator_cond);
    rf->replicators = alloc(n * sizeof *rf->replicators);

    pthread_mutex_init(&rf->mu, NULL);
    pthread_cond_init(&rf->apply_cond, NULL);
    cond_init(&rf->ticker_cond);
    for (int peer = 0; peer < rf->n_peers; peer++)
        pthread_cond_init(&rf->replicator_cond[peer], NULL);
}

static void start_threads(struct raft *rf)
{
    rf->threads = go_group_make();
    go_group_set_server(rf->threads, rf->me);
    go(rf->threads, "ticker", ticker, rf);
    go(rf->threads, "applier", applier, rf);
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer == rf->me)
            continue;
        struct replicator *self = &rf->replicators[peer];
        *self = (struct replicator){ .rf = rf, .peer = peer };
        snprintf(self->name, sizeof self->name, "replicator %d", peer);
        go(rf->threads, self->name, replicator, self);
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
    int n_rpcs;
    rf->rpcs = raft_methods(&n_rpcs);
    make_state(rf);

    pthread_mutex_lock(&rf->mu);
    restore_locked(rf);
    timer_stop(&rf->heartbeat_timer);
    reset_election_timer_locked(rf);
    pthread_mutex_unlock(&rf->mu);

    start_threads(rf);
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    assert(command.len <= MAX_COMMAND_BYTES);
    pthread_mutex_lock(&rf->mu);
    bool is_leader = rf->state == LEADER;
    if (is_leader) {
        Entry entry = { .index = log_last(&rf->logs)->index + 1,
                        .term = rf->current_term,
                        .command = { (u_int)command.len, command.data } };
        log_append(&rf->logs, &entry);
        persist_locked(rf);
        rf->match_index[rf->me] = entry.index;
        advance_commit_index_locked(rf);  // In a cluster of one.
        wake_replicators_locked(rf);
        *index = entry.index;
        *term = entry.term;
        debug_raft("STRT", "takes a command at %d", entry.index);
    }
    pthread_mutex_unlock(&rf->mu);
    return is_leader;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    pthread_mutex_lock(&rf->mu);
    *term = rf->current_term;
    *is_leader = rf->state == LEADER;
    pthread_mutex_unlock(&rf->mu);
}

void raft_kill(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    rf->dead = true;
    rf->state = FOLLOWER;  // Then a late reply cannot make it lead or send.
    pthread_cond_signal(&rf->ticker_cond);
    pthread_cond_signal(&rf->apply_cond);
    wake_replicators_locked(rf);
    go_group_close(rf->threads);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    go_group_free(rf->threads);
    for (int peer = 0; peer < rf->n_peers; peer++)
        pthread_cond_destroy(&rf->replicator_cond[peer]);
    pthread_cond_destroy(&rf->ticker_cond);
    pthread_cond_destroy(&rf->apply_cond);
    pthread_mutex_destroy(&rf->mu);
    log_free(&rf->logs);
    bytes_free(&rf->pending_snapshot.snapshot);
    free(rf->next_index);
    free(rf->match_index);
    free(rf->told_commit);
    free(rf->awaited);
    free(rf->replicator_cond);
    free(rf->replicators);
    free(rf);
}
