// A Raft with a pre-vote, built as an actor.
//
// How it differs: an RPC of its own, "Raft.PreVote", comes before RequestVote
// (election.c), and a leader without a majority steps down (leader.c). One
// thread owns all state and gets jobs, so there is no lock. raft.x has one more
// field in a message and in the saved state.
//
// Why it is right: the pre-vote keeps some servers from starting an election.
// In Figure 2 a server may delay an election, and a leader may stop leading, at
// any time. Elections, votes and replication follow Figure 2.
//
// This file: the service's side, and calls to peers.
#include "core.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdlib.h>

// ---- Calls to peers ----

struct call *core_new_call(struct raft *rf, int peer, int method)
{
    struct call *call = alloc(sizeof *call);
    call->rf = rf;
    call->peer = peer;
    call->method = method;
    call->term = rf->current_term;
    return call;
}

static void free_call(struct call *call)
{
    xdr_free(methods[call->method].xdr_args, &call->request);
    free(call);
}

static void take_reply(struct raft *rf, void *arg)
{
    struct call *call = arg;
    rf->n_calls--;
    if (call->method == APPEND_ENTRIES)
        core_take_append(rf, call);
    else if (call->method == INSTALL_SNAPSHOT)
        core_take_install(rf, call);
    else
        core_take_vote(rf, call);
    free_call(call);
}

static void carry(void *arg)
{
    struct call *call = arg;
    struct raft *rf = call->rf;
    call->answered = labrpc_call(rf->ends[call->peer], &methods[call->method],
                                 &call->request, &call->reply);
    post(rf, take_reply, call);
}

// A call may take seconds, so each has a thread of its own.
void core_send(struct call *call)
{
    assert(!call->rf->dead);
    call->rf->n_calls++;
    go(call->rf->threads, methods[call->method].name + sizeof "Raft", carry,
       call);
}

// ---- The service's side ----

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
    inbox_init(&rf->inbox);
    outbox_init(&rf->outbox);
    core_load(rf);
    core_follow(rf, rf->current_term);
    core_put_off_election(rf);

    // From here on, only the core uses its fields.
    rf->threads = go_group_make();
    go_group_set_server(rf->threads, me);
    go(rf->threads, "core", core, rf);
    go(rf->threads, "applier", applier, rf);
    return rf;
}

struct proposal {
    struct bytes command;
    bool is_taken;
    int index;
    int term;
};

static void consider(struct raft *rf, void *arg)
{
    struct proposal *proposal = arg;
    proposal->is_taken = rf->role == LEADER && !rf->dead;
    if (!proposal->is_taken)
        return;
    core_append(rf, rf->current_term, proposal->command);
    core_save(rf);
    proposal->index = last_of(rf);
    proposal->term = rf->current_term;
    core_replicate(rf);
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    struct proposal proposal = { .command = command };
    ask(rf, consider, &proposal);
    if (proposal.is_taken) {
        *index = proposal.index;
        *term = proposal.term;
    }
    return proposal.is_taken;
}

struct standing {
    int term;
    bool is_leader;
};

static void tell_standing(struct raft *rf, void *arg)
{
    *(struct standing *)arg =
        (struct standing){ rf->current_term, rf->role == LEADER };
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    struct standing standing;
    ask(rf, tell_standing, &standing);
    *term = standing.term;
    *is_leader = standing.is_leader;
}

struct compaction {
    int index;
    struct bytes snapshot;
};

static void compact(struct raft *rf, void *arg)
{
    const struct compaction *compaction = arg;
    if (compaction->index <= first_of(rf))
        return;
    assert(compaction->index <= rf->commit_index);
    core_compact(rf, compaction->index, at(rf, compaction->index)->term);
    core_save_with_snapshot(rf, compaction->snapshot);
}

// The core does not wait for the apply channel, so this may wait for the core.
void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    ask(rf, compact, &(struct compaction){ index, snapshot });
}

// A dead server still answers, but sends nothing and has no timers.
static void die(struct raft *rf, void *arg)
{
    (void)arg;
    core_follow(rf, rf->current_term);
    rf->dead = true;
    rf->election_ns = NEVER;
}

void raft_kill(struct raft *rf)
{
    post(rf, die, NULL);
    outbox_close(&rf->outbox);
}

static void stop(struct raft *rf, void *arg)
{
    (void)arg;
    rf->stopped = true;
}

void raft_free(struct raft *rf)
{
    ask(rf, stop, NULL);  // It runs after `die`, so nothing is sent after it.
    go_group_free(rf->threads);
    inbox_free(&rf->inbox);
    outbox_free(&rf->outbox);
    for (int k = 0; k < rf->n_entries; k++)
        free(rf->entries[k].command.command_val);
    free(rf->entries);
    free(rf->peers);
    free(rf);
}

// ---- The RPCs ----

#define METHOD(name_, message, handler_)                                       \
    {                                                                          \
        .name = (name_), .xdr_args = (xdrproc_t)xdr_##message##Request,        \
        .args_size = sizeof(message##Request),                                 \
        .xdr_reply = (xdrproc_t)xdr_##message##Response,                       \
        .reply_size = sizeof(message##Response), .handler = (handler_)         \
    }

const struct labrpc_method methods[N_METHODS] = {
    [REQUEST_VOTE] = METHOD("Raft.RequestVote", RequestVote, handle_vote),
    [PRE_VOTE] = METHOD("Raft.PreVote", RequestVote, handle_pre_vote),
    [APPEND_ENTRIES] =
        METHOD("Raft.AppendEntries", AppendEntries, handle_append),
    [INSTALL_SNAPSHOT] =
        METHOD("Raft.InstallSnapshot", InstallSnapshot, handle_install),
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_METHODS;
    return methods;
}
