// A Raft whose leader relies on what its followers report, not on what it has
// sent.
//
// How it differs from the reference: it has its own raft.x. A follower's reply
// says up to where its log matches the leader's and where its log ends; a
// voter's reply says who the voter is. The leader uses only these for
// match_index and for counting votes. After every event, one function goes
// through all peers and sends each what is due: one request at a time, a second
// one after 120 ms. Below its snapshot a leader checks nothing: while the
// snapshot is on its way, heartbeats check the snapshot's last entry. The saved
// state is encoded by hand.
//
// Why it is right: a report holds in the term in which it is made, and a
// follower in the leader's term truncates nothing that it has reported. It
// reports only what the request has shown to match.
#include "core.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <time.h>

int64_t reports_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void reports_wait_anew(struct raft *rf)
{
    rf->out_ms = reports_now_ms() + FIRST_OUT_MS +
                 random() % (LAST_OUT_MS - FIRST_OUT_MS);
}

void reports_follow(struct raft *rf, int term)
{
    if (rf->role == HEAD)
        reports_wait_anew(rf);
    rf->role = VOTER;
    if (term <= rf->ledger.current_term)
        return;
    rf->ledger.current_term = term;
    rf->ledger.voted_for = NOBODY;
    ledger_save(&rf->ledger);
}

const struct labrpc_method reports_methods[N_METHODS] = {
    [VOTE] = { "Raft.RequestVote", (xdrproc_t)xdr_RequestVoteRequest,
               sizeof(RequestVoteRequest), (xdrproc_t)xdr_RequestVoteResponse,
               sizeof(RequestVoteResponse), reports_answer_vote },
    [APPEND] = { "Raft.AppendEntries", (xdrproc_t)xdr_AppendEntriesRequest,
                 sizeof(AppendEntriesRequest),
                 (xdrproc_t)xdr_AppendEntriesResponse,
                 sizeof(AppendEntriesResponse), reports_answer_append },
    [INSTALL] = { "Raft.InstallSnapshot", (xdrproc_t)xdr_InstallSnapshotRequest,
                  sizeof(InstallSnapshotRequest),
                  (xdrproc_t)xdr_InstallSnapshotResponse,
                  sizeof(InstallSnapshotResponse), reports_answer_install },
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_METHODS;
    return reports_methods;
}

// ---- The clock ----

// Returns when there is something to do again: the next heartbeat, a request
// that is late by then, or an election.
static int64_t next_look_ms(const struct raft *rf)
{
    if (rf->role != HEAD)
        return rf->out_ms;
    int64_t next = INT64_MAX;
    for (int p = 0; p < rf->n; p++) {
        if (p != rf->me && rf->peers[p].beat_ms < next)
            next = rf->peers[p].beat_ms;
    }
    return next;
}

static void run_clock(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        int64_t next = next_look_ms(rf);
        if (next == INT64_MAX)
            next = reports_now_ms() + BEAT_MS;  // The server is alone.
        if (reports_now_ms() >= next) {
            if (rf->role != HEAD)
                reports_stand(rf);
            reports_pump(rf);
            continue;
        }
        struct timespec until = { next / 1000, next % 1000 * 1000000 };
        pthread_cond_clockwait(&rf->wake_clock, &rf->mu, CLOCK_MONOTONIC,
                               &until);
    }
    pthread_mutex_unlock(&rf->mu);
}

// ---- Applying ----

static void fill_message(struct raft *rf, struct apply_msg *message)
{
    const struct ledger *ledger = &rf->ledger;
    if (rf->last_applied < ledger->first) {
        rf->last_applied = ledger->first;
        message->snapshot_valid = true;
        message->snapshot = persister_read_snapshot(ledger->persister);
        message->snapshot_index = ledger->first;
        message->snapshot_term = ledger_term(ledger, ledger->first);
    } else {
        int index = ++rf->last_applied;
        message->command_valid = true;
        message->command = bytes_copy(ledger_command(ledger, index));
        message->command_index = index;
    }
}

static void run_applier(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    for (;;) {
        while (!rf->dead && rf->last_applied >= rf->commit_index)
            pthread_cond_wait(&rf->wake_applier, &rf->mu);
        if (rf->dead)
            break;
        struct apply_msg message = { 0 };
        fill_message(rf, &message);
        pthread_mutex_unlock(&rf->mu);
        channel_send(rf->apply_ch, &message);
        pthread_mutex_lock(&rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
}

// ---- Calls of the service ----

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);
    rf->ends = peers;
    rf->n = n_peers;
    rf->me = me;
    rf->apply_ch = apply_ch;
    rf->peers = alloc((size_t)n_peers * sizeof *rf->peers);
    rf->threads = go_group_make();
    pthread_mutex_init(&rf->mu, NULL);
    pthread_cond_init(&rf->wake_clock, NULL);
    pthread_cond_init(&rf->wake_applier, NULL);
    ledger_open(&rf->ledger, persister, me);
    rf->commit_index = rf->ledger.first;
    rf->last_applied = rf->ledger.first;
    reports_wait_anew(rf);
    go(rf->threads, "clock", run_clock, rf);
    go(rf->threads, "applier", run_applier, rf);
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    pthread_mutex_lock(&rf->mu);
    bool taken = rf->role == HEAD && !rf->dead;
    if (taken) {
        *term = rf->ledger.current_term;
        ledger_add(&rf->ledger, *term, command);
        ledger_save(&rf->ledger);
        *index = ledger_last(&rf->ledger);
        reports_count(rf);
        reports_pump(rf);
    }
    pthread_mutex_unlock(&rf->mu);
    return taken;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    pthread_mutex_lock(&rf->mu);
    *term = rf->ledger.current_term;
    *is_leader = rf->role == HEAD;
    pthread_mutex_unlock(&rf->mu);
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    pthread_mutex_lock(&rf->mu);
    if (index > rf->ledger.first) {
        ledger_begin_at(&rf->ledger, index, ledger_term(&rf->ledger, index));
        ledger_save_with(&rf->ledger, snapshot);
    }
    pthread_mutex_unlock(&rf->mu);
}

void raft_kill(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    rf->dead = true;
    rf->role = VOTER;
    pthread_cond_signal(&rf->wake_clock);
    pthread_cond_signal(&rf->wake_applier);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    go_group_free(rf->threads);
    ledger_close(&rf->ledger);
    pthread_mutex_destroy(&rf->mu);
    pthread_cond_destroy(&rf->wake_clock);
    pthread_cond_destroy(&rf->wake_applier);
    free(rf->peers);
    free(rf);
}
