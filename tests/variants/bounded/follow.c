// The follower's side: AppendEntries (Figure 2) and InstallSnapshot
// (Figure 13). Each request is handled on a thread of the network.
#include "node.h"

#include <stdlib.h>

// Tells the leader where to continue when its prev_log_index does not match
// (raft.x, AppendEntriesResponse).
static void hint_locked(const struct raft *rf, int prev_log_index,
                        AppendEntriesResponse *response)
{
    response->conflict_term = NO_TERM;
    response->conflict_index = log_last(rf) + 1;
    if (prev_log_index > log_last(rf))
        return;
    int index = prev_log_index;
    while (index > log_first(rf) + 1 &&
           log_term(rf, index - 1) == log_term(rf, prev_log_index))
        index--;
    response->conflict_term = log_term(rf, prev_log_index);
    response->conflict_index = index;
}

// Does our log match the leader's up to prev_log_index? Entries that the
// snapshot covers are committed, so they match.
static bool fits_locked(const struct raft *rf, int index, int term)
{
    return index <= log_first(rf) ||
           (index <= log_last(rf) && log_term(rf, index) == term);
}

// Steps 3 and 4: a matching entry stays, with those after it. A conflicting
// entry goes, with those after it.
static void store_locked(struct raft *rf, const AppendEntriesRequest *request)
{
    must_hold(&rf->mu);
    bool changed = false;
    for (u_int k = 0; k < request->entries.entries_len; k++) {
        const Entry *entry = &request->entries.entries_val[k];
        if (fits_locked(rf, entry->index, entry->term))
            continue;
        if (entry->index <= log_last(rf))
            cut_locked(rf, entry->index);
        append_locked(rf, entry->term,
                      (struct bytes){ entry->command.command_val,
                                      entry->command.command_len });
        changed = true;
    }
    if (changed)
        save_locked(rf);
}

// Step 5. A batch may end long before the leader's last entry. Entries after
// the batch have not been compared.
static void commit_locked(struct raft *rf, int leader_commit, int last_new)
{
    must_hold(&rf->mu);
    int commit = leader_commit < last_new ? leader_commit : last_new;
    if (commit <= rf->commit_index)
        return;
    rf->commit_index = commit;
    pthread_cond_signal(&rf->apply_cond);
}

void answer_append(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const AppendEntriesRequest *request = args;
    AppendEntriesResponse *response = reply;
    pthread_mutex_lock(&rf->mu);
    if (request->term >= rf->current_term) {
        follow_leader_locked(rf, request->term);
        int prev = request->prev_log_index;
        response->success = fits_locked(rf, prev, request->prev_log_term);
        if (response->success) {
            store_locked(rf, request);
            commit_locked(rf, request->leader_commit,
                          prev + (int)request->entries.entries_len);
        } else {
            hint_locked(rf, prev, response);
        }
    }
    response->term = rf->current_term;
    pthread_mutex_unlock(&rf->mu);
}

static void install_locked(struct raft *rf,
                           const InstallSnapshotRequest *request)
{
    must_hold(&rf->mu);
    struct bytes snapshot = { request->data.data_val, request->data.data_len };
    compact_locked(rf, request->last_included_index,
                   request->last_included_term);
    rf->commit_index = request->last_included_index;
    save_with_snapshot_locked(rf, snapshot);

    // A snapshot that has not been applied yet is older.
    bytes_free(&rf->snapshot_to_apply.snapshot);
    rf->snapshot_to_apply = (struct apply_msg){
        .snapshot_valid = true,
        .snapshot = bytes_copy(snapshot),
        .snapshot_index = request->last_included_index,
        .snapshot_term = request->last_included_term,
    };
    pthread_cond_signal(&rf->apply_cond);
    trace("SNAP", "installs up to %d", request->last_included_index);
}

void answer_install(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const InstallSnapshotRequest *request = args;
    InstallSnapshotResponse *response = reply;
    pthread_mutex_lock(&rf->mu);
    if (request->term >= rf->current_term) {
        follow_leader_locked(rf, request->term);
        if (request->last_included_index > rf->commit_index)
            install_locked(rf, request);
    }
    response->term = rf->current_term;
    pthread_mutex_unlock(&rf->mu);
}
