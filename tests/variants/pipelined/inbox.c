// The follower: AppendEntries (Figure 2) and InstallSnapshot (Figure 13). The
// leader does not wait, so these arrive in any order, and more than once.
#include "core.h"

static void explain_refusal_locked(const struct raft *rf, int prev,
                                   AppendEntriesResponse *response)
{
    const struct journal *log = &rf->log;
    response->conflict_term = NO_TERM;
    response->conflict_index = last_index_of(log) + 1;
    if (prev <= last_index_of(log)) {
        int term = term_of(log, prev);
        int index = prev;
        while (index > log->base + 1 && term_of(log, index - 1) == term)
            index--;
        response->conflict_term = term;
        response->conflict_index = index;
    }
}

// Matching entries stay, and so do those after them, which another message may
// have brought. The log is truncated at the first conflicting entry.
static void write_entries_locked(struct raft *rf,
                                 const AppendEntriesRequest *request)
{
    bool wrote = false;
    for (u_int k = 0; k < request->entries.entries_len; k++) {
        const Entry *entry = &request->entries.entries_val[k];
        if (entry->index <= rf->log.base ||
            holds(&rf->log, entry->index, entry->term))
            continue;
        if (entry->index <= last_index_of(&rf->log))
            journal_cut(&rf->log, entry->index);
        journal_append(&rf->log, entry->term,
                       command_make(entry->command.command_val,
                                    entry->command.command_len));
        wrote = true;
    }
    if (wrote)
        save_locked(rf);
}

void on_append_entries(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const AppendEntriesRequest *request = args;
    AppendEntriesResponse *response = reply;
    lock(rf);
    if (request->term >= rf->current_term) {
        step_down_locked(rf, request->term);
        await_leader_locked(rf);
        int prev = request->prev_log_index;
        int end = prev + (int)request->entries.entries_len;
        response->success = prev < rf->log.base ||
                            holds(&rf->log, prev, request->prev_log_term);
        if (response->success) {
            write_entries_locked(rf, request);
            int commit =
                request->leader_commit < end ? request->leader_commit : end;
            if (commit > rf->commit_index) {
                rf->commit_index = commit;
                sem_post(&rf->to_apply);
            }
        } else {
            explain_refusal_locked(rf, prev, response);
        }
    }
    response->term = rf->current_term;
    unlock(rf);
}

void on_install_snapshot(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const InstallSnapshotRequest *request = args;
    InstallSnapshotResponse *response = reply;
    struct bytes data = { request->data.data_val, request->data.data_len };
    int index = request->last_included_index;
    lock(rf);
    if (request->term >= rf->current_term) {
        step_down_locked(rf, request->term);
        await_leader_locked(rf);
        if (index > rf->commit_index) {
            journal_compact(&rf->log, index, request->last_included_term);
            rf->commit_index = index;
            save_with_snapshot_locked(rf, data);
            bytes_free(&rf->snapshot_to_apply.snapshot);
            rf->snapshot_to_apply = (struct apply_msg){
                .snapshot_valid = true,
                .snapshot = bytes_copy(data),
                .snapshot_index = index,
                .snapshot_term = request->last_included_term,
            };
            sem_post(&rf->to_apply);
        }
    }
    response->term = rf->current_term;
    unlock(rf);
}
