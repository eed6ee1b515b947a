// The three RPCs: their names, their messages and their handlers.
#include "raft/internal.h"

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

#define METHOD(name_, message, handler_)                                       \
    {                                                                          \
        .name = (name_), .xdr_args = (xdrproc_t)xdr_##message##Request,        \
        .args_size = sizeof(message##Request),                                 \
        .xdr_reply = (xdrproc_t)xdr_##message##Response,                       \
        .reply_size = sizeof(message##Response), .handler = (handler_)         \
    }

static const struct labrpc_method rpcs[N_RPCS] = {
    [REQUEST_VOTE] =
        METHOD("Raft.RequestVote", RequestVote, handle_request_vote),
    [APPEND_ENTRIES] =
        METHOD("Raft.AppendEntries", AppendEntries, handle_append_entries),
    [INSTALL_SNAPSHOT] = METHOD("Raft.InstallSnapshot", InstallSnapshot,
                                handle_install_snapshot),
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_RPCS;
    return rpcs;
}
