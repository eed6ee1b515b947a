// A Raft that keeps several AppendEntries in flight to each follower.
//
// How it differs: the leader sends on without waiting for answers, and moves
// next_index when it sends, not when it gets an answer (pipeline.c). Requests
// overtake each other, so followers refuse some that only come too early.
// Answers come in any order. It uses a readers-writer lock, semaphores and the
// system's own clock; reference counts share the commands.
//
// Why it is right: next_index is a guess in Figure 2, too, and a wrong guess
// costs a refusal. Only match_index counts. It rises only by answers, and
// only to the end of what was sent. The receiver checks each AppendEntries by
// itself, whatever came before it.
//
// This file: the service's side, and the two threads that live as long as the
// server.
#include "core.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// ---- Threads ----

// Does what is due. Returns when to look again; 0 when the server is dead.
static int64_t attend(struct raft *rf)
{
    lock(rf);
    if (!rf->dead && now_ms() >= rf->alarm_ms) {
        if (rf->role == LEADER)
            beat_locked(rf);
        else
            run_for_leader_locked(rf);
    }
    int64_t next_ms = rf->dead ? 0 : rf->alarm_ms;
    unlock(rf);
    return next_ms;
}

static void watch_clock(void *arg)
{
    struct raft *rf = arg;
    for (;;) {
        int64_t next_ms = attend(rf);
        if (next_ms == 0)
            return;
        struct timespec until = { next_ms / 1000, next_ms % 1000 * 1000000 };
        sem_clockwait(&rf->alarm_changed, CLOCK_MONOTONIC, &until);
    }
}

// Returns the next message to deliver; false if there is none for now.
static bool take_message_locked(struct raft *rf, struct apply_msg *message)
{
    if (rf->snapshot_to_apply.snapshot_valid) {
        *message = rf->snapshot_to_apply;
        rf->snapshot_to_apply = (struct apply_msg){ 0 };
        rf->last_applied = message->snapshot_index;
        return true;
    }
    if (rf->last_applied == rf->commit_index)
        return false;
    struct command *command = command_of(&rf->log, ++rf->last_applied);
    *message = (struct apply_msg){
        .command_valid = true,
        .command_index = rf->last_applied,
        .command = bytes_copy((struct bytes){ command->bytes, command->len }),
    };
    return true;
}

static void deliver(void *arg)
{
    struct raft *rf = arg;
    for (;;) {
        struct apply_msg message;
        lock(rf);
        bool dead = rf->dead;
        bool has_message = !dead && take_message_locked(rf, &message);
        unlock(rf);
        if (dead)
            return;
        if (has_message)
            channel_send(rf->apply_ch, &message);
        else
            sem_wait(&rf->to_apply);
    }
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
    rf->pipes = alloc((size_t)n_peers * sizeof rf->pipes[0]);
    sem_init(&rf->alarm_changed, 0, 0);
    sem_init(&rf->to_apply, 0, 0);
    pthread_rwlock_init(&rf->lock, NULL);

    lock(rf);
    load_locked(rf);
    await_leader_locked(rf);
    unlock(rf);

    rf->threads = go_group_make();
    go_group_set_server(rf->threads, me);
    go(rf->threads, "clock", watch_clock, rf);
    go(rf->threads, "deliver", deliver, rf);
    return rf;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    pthread_rwlock_rdlock(&rf->lock);
    *term = rf->current_term;
    *is_leader = rf->role == LEADER;
    unlock(rf);
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    int its_term;
    bool leads;
    raft_get_state(rf, &its_term, &leads);
    if (!leads)
        return false;

    // It may have lost the lead by now.
    lock(rf);
    leads = rf->role == LEADER && !rf->dead;
    if (leads) {
        journal_append(&rf->log, rf->current_term,
                       command_make(command.data, (u_int)command.len));
        save_locked(rf);
        *index = last_index_of(&rf->log);
        *term = rf->current_term;
        fill_pipes_locked(rf);
    }
    unlock(rf);
    return leads;
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    lock(rf);
    if (index > rf->log.base) {
        assert(index <= rf->last_applied);
        journal_compact(&rf->log, index, term_of(&rf->log, index));
        save_with_snapshot_locked(rf, snapshot);
    }
    unlock(rf);
}

void raft_kill(struct raft *rf)
{
    lock(rf);
    rf->dead = true;
    unlock(rf);
    sem_post(&rf->alarm_changed);
    sem_post(&rf->to_apply);
}

void raft_free(struct raft *rf)
{
    go_group_free(rf->threads);
    journal_free(&rf->log);
    bytes_free(&rf->snapshot_to_apply.snapshot);
    free(rf->pipes);
    sem_destroy(&rf->alarm_changed);
    sem_destroy(&rf->to_apply);
    pthread_rwlock_destroy(&rf->lock);
    free(rf);
}

// ---- The RPCs ----

#define RPC(message, handler_)                                                 \
    {                                                                          \
        .name = "Raft." #message,                                              \
        .xdr_args = (xdrproc_t)xdr_##message##Request,                         \
        .args_size = sizeof(message##Request),                                 \
        .xdr_reply = (xdrproc_t)xdr_##message##Response,                       \
        .reply_size = sizeof(message##Response), .handler = (handler_)         \
    }

const struct labrpc_method rpc_table[N_RPCS] = {
    [REQUEST_VOTE] = RPC(RequestVote, on_request_vote),
    [APPEND_ENTRIES] = RPC(AppendEntries, on_append_entries),
    [INSTALL_SNAPSHOT] = RPC(InstallSnapshot, on_install_snapshot),
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_RPCS;
    return rpc_table;
}
