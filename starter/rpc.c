// The three RPCs: their names, their messages (raft/raft.x), and their
// handlers. This is complete; change it if you add an RPC.
#include "internal.h"

// The network has untyped messages; these functions convert them.

static void handle_request_vote(void *receiver, const void *args, void *reply)
{
    request_vote(receiver, args, reply);
}

static void handle_append_entries(void *receiver, const void *args, void *reply)
{
    append_entries(receiver, args, reply);
}

static void handle_install_snapshot(void *receiver, const void *args,
                                    void *reply)
{
    install_snapshot(receiver, args, reply);
}

static const struct labrpc_method rpcs[N_RPCS] = {
    [REQUEST_VOTE] = {
        .name = "Raft.RequestVote",
        .xdr_args = (xdrproc_t)xdr_RequestVoteRequest,
        .args_size = sizeof(RequestVoteRequest),
        .xdr_reply = (xdrproc_t)xdr_RequestVoteResponse,
        .reply_size = sizeof(RequestVoteResponse),
        .handler = handle_request_vote,
    },
    [APPEND_ENTRIES] = {
        .name = "Raft.AppendEntries",
        .xdr_args = (xdrproc_t)xdr_AppendEntriesRequest,
        .args_size = sizeof(AppendEntriesRequest),
        .xdr_reply = (xdrproc_t)xdr_AppendEntriesResponse,
        .reply_size = sizeof(AppendEntriesResponse),
        .handler = handle_append_entries,
    },
    [INSTALL_SNAPSHOT] = {
        .name = "Raft.InstallSnapshot",
        .xdr_args = (xdrproc_t)xdr_InstallSnapshotRequest,
        .args_size = sizeof(InstallSnapshotRequest),
        .xdr_reply = (xdrproc_t)xdr_InstallSnapshotResponse,
        .reply_size = sizeof(InstallSnapshotResponse),
        .handler = handle_install_snapshot,
    },
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_RPCS;
    return rpcs;
}
