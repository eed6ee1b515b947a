// A fake Raft. Each broken Raft changes one part of it.
//
// Server 0 leads term 1. Its only thread asks for votes when the server is
// first asked for its state or given a command: all servers are connected then.
// After that it sends each command to the other servers, one after the other.
// They apply it in their RPC handlers. Then the leader applies it. Nothing is
// persisted and there is no other election. That is enough for a test in which
// no server fails.
//
// The fake Raft uses no clock: the leader sends a heartbeat when it is asked
// for its state. So a bug shows in every run, at the same moment of the test.
#ifndef TESTS_BROKEN_BASE_H
#define TESTS_BROKEN_BASE_H

#include "raft/raft.h"
#include "rt/alloc.h"
#include "rt/go.h"

#include "raft/raft_x.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#define TERM         1
#define MAX_COMMANDS 100
#ifndef RPC_NAME
#define RPC_NAME  "Raft.AppendEntries"
#define VOTE_NAME "Raft.RequestVote"
#endif

struct raft {
    // Constant after raft_make.
    struct labrpc_end **peers;
    int n_peers;
    int me;
    struct persister *persister;
    struct channel *apply_ch;
    struct go_group *threads;

    pthread_mutex_t mu;

    // Guarded by mu.
    bool dead;
    bool elected;
    bool heartbeat_due;
    struct bytes commands[MAX_COMMANDS + 1];  // From index 1 to last_index.
    int last_index;
    int sent_index;       // The last one that all others have received.
    pthread_cond_t work;  // There is something to send, or dead is set.
};

// The actions of a broken Raft, in addition to the fake one's or in their
// place. NULL: none, or the fake one's.
struct bug {
    void (*in_make)(struct raft *rf);          // At the end of raft_make.
    void (*in_start_locked)(struct raft *rf);  // On the leader.
    void (*in_handler)(struct raft *rf);       // On every RPC that it answers.

    // In place of apply, on every server.
    void (*apply)(struct raft *rf, int index, struct bytes command);
    // In place of "server 0 leads, once it is elected".
    bool (*leads)(const struct raft *rf);
};

// Each broken Raft defines its bug.
static const struct bug bug;

static bool stands(const struct raft *rf)
{
    return bug.leads != NULL ? bug.leads(rf) : rf->me == 0;
}

static bool leads_locked(const struct raft *rf)
{
    return stands(rf) && rf->elected;
}

// Delivers a command, whatever the bug is.
static void apply(struct raft *rf, int index, struct bytes command)
{
    struct apply_msg message = {
        .command_valid = true,
        .command = bytes_copy(command),
        .command_index = index,
    };
    channel_send(rf->apply_ch, &message);
}

static void apply_or_bug(struct raft *rf, int index, struct bytes command)
{
    if (bug.apply != NULL)
        bug.apply(rf, index, command);
    else
        apply(rf, index, command);
}

// ---- RequestVote: all that do not stand for election vote for server 0 ----

static void handle_vote(void *receiver, const void *args, void *reply)
{
    const struct raft *rf = receiver;
    const RequestVoteRequest *request = args;
    RequestVoteResponse *response = reply;
    response->term = TERM;
    response->vote_granted = !stands(rf) && request->candidate_id == 0;
}

// ---- AppendEntries, with one entry, or none (a heartbeat) ----

static void handle_append(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const AppendEntriesRequest *request = args;
    const Entry *entry = request->entries.entries_val;
    AppendEntriesResponse *response = reply;
    response->term = TERM;
    response->success = TRUE;
    if (bug.in_handler != NULL)
        bug.in_handler(rf);
    if (request->entries.entries_len > 0)
        apply_or_bug(rf, entry->index,
                     (struct bytes){ entry->command.command_val,
                                     entry->command.command_len });
}

static const struct labrpc_method rpcs[] = {
    {
        .name = VOTE_NAME,
        .xdr_args = (xdrproc_t)xdr_RequestVoteRequest,
        .args_size = sizeof(RequestVoteRequest),
        .xdr_reply = (xdrproc_t)xdr_RequestVoteResponse,
        .reply_size = sizeof(RequestVoteResponse),
        .handler = handle_vote,
    },
    {
        .name = RPC_NAME,
        .xdr_args = (xdrproc_t)xdr_AppendEntriesRequest,
        .args_size = sizeof(AppendEntriesRequest),
        .xdr_reply = (xdrproc_t)xdr_AppendEntriesResponse,
        .reply_size = sizeof(AppendEntriesResponse),
        .handler = handle_append,
    },
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = 2;
    return rpcs;
}

// ---- The leader's thread ----

static void send_to_all(struct raft *rf, int index, struct bytes command)
{
    Entry entry = {
        .index = index,
        .term = TERM,
        .command = { (u_int)command.len, command.data },
    };
    AppendEntriesRequest request = {
        .term = TERM,
        .leader_id = rf->me,
        .entries = { index > 0, &entry },
    };
    for (int peer = 0; peer < rf->n_peers; peer++) {
        AppendEntriesResponse response;
        if (peer != rf->me)
            labrpc_call(rf->peers[peer], &rpcs[1], &request, &response);
    }
}

static void ask_all(struct raft *rf)
{
    RequestVoteRequest request = { .term = TERM, .candidate_id = rf->me };
    for (int peer = 0; peer < rf->n_peers; peer++) {
        RequestVoteResponse response;
        if (peer != rf->me)
            labrpc_call(rf->peers[peer], &rpcs[0], &request, &response);
    }
}

static void lead(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        bool has_command = rf->sent_index < rf->last_index;
        if (!has_command && !rf->heartbeat_due) {
            pthread_cond_wait(&rf->work, &rf->mu);
            continue;
        }
        if (!rf->elected) {
            pthread_mutex_unlock(&rf->mu);
            ask_all(rf);
            pthread_mutex_lock(&rf->mu);
            rf->elected = true;
        }
        rf->heartbeat_due = false;
        int index = has_command ? ++rf->sent_index : 0;
        struct bytes command = rf->commands[index];  // Valid until raft_free.
        pthread_mutex_unlock(&rf->mu);
        send_to_all(rf, index, command);
        if (has_command)
            apply_or_bug(rf, index, command);
        pthread_mutex_lock(&rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
}

// ---- The interface of raft/raft.h ----

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);
    rf->peers = peers;
    rf->n_peers = n_peers;
    rf->me = me;
    rf->persister = persister;
    rf->apply_ch = apply_ch;
    rf->threads = go_group_make();
    pthread_mutex_init(&rf->mu, NULL);
    pthread_cond_init(&rf->work, NULL);
    if (stands(rf))
        go(rf->threads, "leader", lead, rf);
    if (bug.in_make != NULL)
        bug.in_make(rf);
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    if (!stands(rf))
        return false;
    pthread_mutex_lock(&rf->mu);
    if (!leads_locked(rf)) {
        rf->heartbeat_due = true;
        pthread_cond_signal(&rf->work);
        pthread_mutex_unlock(&rf->mu);
        return false;
    }
    if (bug.in_start_locked != NULL)
        bug.in_start_locked(rf);
    assert(rf->last_index < MAX_COMMANDS);
    rf->commands[++rf->last_index] = bytes_copy(command);
    *index = rf->last_index;
    *term = TERM;
    pthread_cond_signal(&rf->work);
    pthread_mutex_unlock(&rf->mu);
    return true;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    pthread_mutex_lock(&rf->mu);
    *term = TERM;
    *is_leader = leads_locked(rf);
    rf->heartbeat_due = true;
    pthread_cond_signal(&rf->work);
    pthread_mutex_unlock(&rf->mu);
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    (void)rf;
    (void)index;
    (void)snapshot;
}

void raft_kill(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    rf->dead = true;
    pthread_cond_signal(&rf->work);
    pthread_mutex_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    go_group_free(rf->threads);
    for (int index = 1; index <= rf->last_index; index++)
        bytes_free(&rf->commands[index]);
    pthread_cond_destroy(&rf->work);
    pthread_mutex_destroy(&rf->mu);
    free(rf);
}

#endif
