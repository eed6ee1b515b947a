// Reads Raft's messages by their fields. No state, no thread of its own.
#include "decode/messages.h"

#include "decode/hash.h"
#include "rt/alloc.h"

#include "raft/raft_x.h"

#include <stdlib.h>
#include <string.h>

#define RPC(name_)                                                             \
    {                                                                          \
        .name = "Raft." #name_, .xdr_args = (xdrproc_t)xdr_##name_##Request,   \
        .xdr_reply = (xdrproc_t)xdr_##name_##Response                          \
    }
static const struct labrpc_method rpcs[] = {
    [VOTE] = RPC(RequestVote),
    [APPEND] = RPC(AppendEntries),
    [SNAPSHOT] = RPC(InstallSnapshot),
};

const char *rpc_name(enum message_kind kind)
{
    return rpcs[kind].name;
}

enum message_kind rpc_named(const char *name)
{
    enum message_kind kind = SNAPSHOT;
    while (kind > OTHER && strcmp(name, rpcs[kind].name) != 0)
        kind--;
    return kind;
}

enum message_kind rpc_kind(const struct labrpc_method *method)
{
    enum message_kind kind = rpc_named(method->name);
    bool is_given = method->xdr_args == rpcs[kind].xdr_args &&
                    method->xdr_reply == rpcs[kind].xdr_reply;
    return is_given ? kind : OTHER;
}

// There is no entry at index 0. Some Rafts give it term 0, some NO_TERM.
static int term_of(int index, int term)
{
    return index > 0 ? term : 0;
}

static void read_vote(struct request *request)
{
    const RequestVoteRequest *vote = request->args;
    request->term = vote->term;
    request->index = vote->last_log_index;
    request->index_term = term_of(vote->last_log_index, vote->last_log_term);
}

static void read_append(struct request *request)
{
    const AppendEntriesRequest *append = request->args;
    request->term = append->term;
    request->index = append->prev_log_index;
    request->sent_index_term = append->prev_log_term;
    request->index_term =
        term_of(append->prev_log_index, append->prev_log_term);
    request->leader_commit = append->leader_commit;
    request->n_entries = (int)append->entries.entries_len;
}

static void read_install(struct request *request)
{
    const InstallSnapshotRequest *install = request->args;
    request->term = install->term;
    request->index = install->last_included_index;
    request->index_term = install->last_included_term;
}

struct request request_read(const struct labrpc_method *method,
                            const void *args)
{
    struct request request = { .kind = rpc_kind(method), .args = args };
    if (request.kind == VOTE)
        read_vote(&request);
    else if (request.kind == APPEND)
        read_append(&request);
    else if (request.kind == SNAPSHOT)
        read_install(&request);
    return request;
}

void request_entry(const struct request *request, int k, int *term,
                   uint64_t *hash)
{
    const AppendEntriesRequest *append = request->args;
    const Entry *entry = &append->entries.entries_val[k];
    *term = entry->term;
    *hash = hash_bytes(entry->command.command_val, entry->command.command_len);
}

struct reply reply_read(enum message_kind kind, const void *reply)
{
    switch (kind) {
    case VOTE: {
        const RequestVoteResponse *vote = reply;
        return (struct reply){ vote->term, vote->vote_granted };
    }
    case APPEND: {
        const AppendEntriesResponse *append = reply;
        return (struct reply){ append->term, append->success };
    }
    case SNAPSHOT:
        return (struct reply){
            .term = ((const InstallSnapshotResponse *)reply)->term
        };
    default:
        return (struct reply){ 0 };
    }
}

// ---- The saved state ----

enum saved_form saved_state_form(void)
{
    static const char given[] =
        "\0\0\0\7\0\0\0\2\0\0\0\1"
        "\0\0\0\5\0\0\0\4\0\0\0\1c\0\0";  // The literal ends with one more \0.
    Entry entry = { .index = 5, .term = 4, .command = { 1, "c" } };
    PersistentState state = { .current_term = 7,
                              .voted_for = 2,
                              .logs = { 1, &entry } };
    size_t size = xdr_sizeof((xdrproc_t)xdr_PersistentState, &state);
    char *encoded = alloc(size);
    XDR xdrs;
    xdrmem_create(&xdrs, encoded, (u_int)size, XDR_ENCODE);
    bool begins_so = xdr_PersistentState(&xdrs, &state) &&
                     size >= sizeof given &&
                     memcmp(encoded, given, sizeof given) == 0;
    xdr_destroy(&xdrs);
    free(encoded);
    if (!begins_so)
        return OTHER_FORM;
    return size == sizeof given ? PLAIN_FORM : PLAIN_FORM_AND_MORE;
}

static struct bytes encode_plain(const PersistentState *state)
{
    size_t size = (size_t)3 * BYTES_PER_XDR_UNIT;
    for (u_int k = 0; k < state->logs.logs_len; k++)
        size += (size_t)3 * BYTES_PER_XDR_UNIT +
                RNDUP(state->logs.logs_val[k].command.command_len);
    struct bytes plain = { alloc(size), size };
    XDR xdrs;
    xdrmem_create(&xdrs, plain.data, (u_int)size, XDR_ENCODE);
    int term = state->current_term, voted_for = state->voted_for;
    u_int count = state->logs.logs_len;
    bool fits = xdr_int(&xdrs, &term) && xdr_int(&xdrs, &voted_for) &&
                xdr_u_int(&xdrs, &count);
    for (u_int k = 0; fits && k < count; k++) {
        Entry *entry = &state->logs.logs_val[k];
        fits = xdr_int(&xdrs, &entry->index) && xdr_int(&xdrs, &entry->term) &&
               xdr_bytes(&xdrs, &entry->command.command_val,
                         &entry->command.command_len, ~0U);
    }
    xdr_destroy(&xdrs);
    if (!fits)
        bytes_free(&plain);
    return plain;
}

struct bytes saved_state_make_plain(struct bytes state)
{
    PersistentState decoded = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, state.data, (u_int)state.len, XDR_DECODE);
    bool decodes =
        xdr_PersistentState(&xdrs, &decoded) && xdr_getpos(&xdrs) == state.len;
    xdr_destroy(&xdrs);
    struct bytes plain = { NULL, 0 };
    if (decodes)
        plain = encode_plain(&decoded);
    xdr_free((xdrproc_t)xdr_PersistentState, &decoded);
    return plain;
}
