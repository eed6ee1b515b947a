// Uses the C structs of the messages, so it is compiled for each raft.x.
#include "record/messages.h"

#include "decode/messages.h"
#include "events/events.h"

#include "raft/raft_x.h"

void json_entry(struct json *j, int index, int term, struct bytes command)
{
    json_open(j, NULL, '{');
    json_int(j, "index", index);
    json_int(j, "term", term);
    json_command(j, "command", command);
    json_close(j, '}');
}

static void put_vote(struct json *j, const RequestVoteRequest *vote)
{
    json_int(j, "term", vote->term);
    json_int(j, "candidate_id", vote->candidate_id);
    json_int(j, "last_log_index", vote->last_log_index);
    json_int(j, "last_log_term", vote->last_log_term);
}

static void put_append(struct json *j, const AppendEntriesRequest *append)
{
    int count = (int)append->entries.entries_len;
    json_int(j, "term", append->term);
    json_int(j, "leader_id", append->leader_id);
    json_int(j, "prev_log_index", append->prev_log_index);
    json_int(j, "prev_log_term", append->prev_log_term);
    json_int(j, "leader_commit", append->leader_commit);
    json_int(j, "n_entries", count);
    json_open(j, "entries", '[');
    for (int k = 0; k < count; k++) {
        const Entry *entry = &append->entries.entries_val[k];
        struct bytes command = { entry->command.command_val,
                                 entry->command.command_len };
        if (is_entry_shown(k, count))
            json_entry(j, entry->index, entry->term, command);
    }
    json_close(j, ']');
}

static void put_install(struct json *j, const InstallSnapshotRequest *install)
{
    json_int(j, "term", install->term);
    json_int(j, "leader_id", install->leader_id);
    json_int(j, "last_included_index", install->last_included_index);
    json_int(j, "last_included_term", install->last_included_term);
    json_int(j, "bytes", install->data.data_len);
}

int message_sender(const struct labrpc_method *method, const void *args)
{
    switch (rpc_kind(method)) {
    case VOTE:
        return ((const RequestVoteRequest *)args)->candidate_id;
    case APPEND:
        return ((const AppendEntriesRequest *)args)->leader_id;
    case SNAPSHOT:
        return ((const InstallSnapshotRequest *)args)->leader_id;
    default:
        return NO_SERVER;
    }
}

void json_args(struct json *j, const struct labrpc_method *method,
               const void *args)
{
    enum message_kind kind = rpc_kind(method);
    if (kind == OTHER)
        return;
    json_open(j, "args", '{');
    if (kind == VOTE)
        put_vote(j, args);
    else if (kind == APPEND)
        put_append(j, args);
    else
        put_install(j, args);
    json_close(j, '}');
}

void json_reply(struct json *j, const struct labrpc_method *method,
                const void *reply)
{
    enum message_kind kind = rpc_kind(method);
    if (kind == OTHER)
        return;
    struct reply read = reply_read(kind, reply);
    json_open(j, "reply", '{');
    json_int(j, "term", read.term);
    if (kind == VOTE)
        json_bool(j, "vote_granted", read.yes);
    if (kind == APPEND) {
        const AppendEntriesResponse *append = reply;
        json_bool(j, "success", append->success);
        json_int(j, "conflict_index", append->conflict_index);
        json_int(j, "conflict_term", append->conflict_term);
    }
    json_close(j, '}');
}
