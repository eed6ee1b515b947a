// The follower: AppendEntries (Figure 2) and InstallSnapshot (Figure 13).
#include "core.h"

static void point_out_conflict(const struct raft *rf, int prev,
                               AppendEntriesResponse *response)
{
    if (prev > last_of(rf)) {
        response->conflict_term = NO_TERM;
        response->conflict_index = last_of(rf) + 1;
        return;
    }
    int term = at(rf, prev)->term;
    int index = prev;
    while (index > first_of(rf) + 1 && at(rf, index - 1)->term == term)
        index--;
    response->conflict_term = term;
    response->conflict_index = index;
}

static void store(struct raft *rf, const AppendEntriesRequest *request)
{
    bool is_new = false;
    for (u_int k = 0; k < request->entries.entries_len; k++) {
        const Entry *entry = &request->entries.entries_val[k];
        if (entry->index <= first_of(rf) || has(rf, entry->index, entry->term))
            continue;
        if (entry->index <= last_of(rf))
            core_cut(rf, entry->index);
        core_append(rf, entry->term,
                    (struct bytes){ entry->command.command_val,
                                    entry->command.command_len });
        is_new = true;
    }
    if (is_new)
        core_save(rf);
}

static void answer_append(struct raft *rf, void *arg)
{
    const struct exchange *exchange = arg;
    const AppendEntriesRequest *request = exchange->request;
    AppendEntriesResponse *response = exchange->reply;
    if (request->term >= rf->current_term) {
        core_hear_leader(rf, request->term);
        int prev = request->prev_log_index;
        int end = prev + (int)request->entries.entries_len;
        response->success =
            prev < first_of(rf) || has(rf, prev, request->prev_log_term);
        if (response->success) {
            store(rf, request);
            core_commit(rf, request->leader_commit < end
                                ? request->leader_commit
                                : end);
        } else {
            point_out_conflict(rf, prev, response);
        }
    }
    response->term = rf->current_term;
}

static void install(struct raft *rf, const InstallSnapshotRequest *request)
{
    struct bytes snapshot = { request->data.data_val, request->data.data_len };
    core_compact(rf, request->last_included_index, request->last_included_term);
    rf->commit_index = request->last_included_index;
    core_save_with_snapshot(rf, snapshot);
    outbox_put(&rf->outbox, (struct apply_msg){
                                .snapshot_valid = true,
                                .snapshot = bytes_copy(snapshot),
                                .snapshot_index = request->last_included_index,
                                .snapshot_term = request->last_included_term,
                            });
    tell("SNAP", "installs a snapshot up to %d", rf->commit_index);
}

static void answer_install(struct raft *rf, void *arg)
{
    const struct exchange *exchange = arg;
    const InstallSnapshotRequest *request = exchange->request;
    InstallSnapshotResponse *response = exchange->reply;
    if (request->term >= rf->current_term) {
        core_hear_leader(rf, request->term);
        if (request->last_included_index > rf->commit_index)
            install(rf, request);
    }
    response->term = rf->current_term;
}

void handle_append(void *receiver, const void *args, void *reply)
{
    ask(receiver, answer_append, &(struct exchange){ args, reply });
}

void handle_install(void *receiver, const void *args, void *reply)
{
    ask(receiver, answer_install, &(struct exchange){ args, reply });
}
