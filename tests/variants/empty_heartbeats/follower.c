// The follower: AppendEntries (Figure 2) and InstallSnapshot (Figure 13). It
// treats a heartbeat like a message with entries.
#include "monitor.h"

// The leader's prev_log_index does not match. Reports the term at that index.
static void describe_conflict(const struct raft *rf, int prev,
                              AppendEntriesResponse *response)
{
    if (prev > log_last(rf)) {
        response->conflict_term = NO_TERM;
        response->conflict_index = log_last(rf) + 1;
        return;
    }
    int term = log_term(rf, prev);
    int first = prev;
    while (first - 1 > log_base(rf) && log_term(rf, first - 1) == term)
        first--;
    response->conflict_term = term;
    response->conflict_index = first;
}

static void merge(struct raft *rf, const AppendEntriesRequest *request)
{
    INSIDE(rf);
    // Skips entries that are in the snapshot or in the log.
    u_int k = 0;
    const Entry *entries = request->entries.entries_val;
    while (k < request->entries.entries_len &&
           (entries[k].index <= log_base(rf) ||
            log_has(rf, entries[k].index, entries[k].term)))
        k++;
    if (k == request->entries.entries_len)
        return;  // Nothing is new; our entries after that stay.
    if (entries[k].index <= log_last(rf))
        log_cut_from(rf, entries[k].index);
    for (; k < request->entries.entries_len; k++) {
        struct bytes command = { entries[k].command.command_val,
                                 entries[k].command.command_len };
        log_add(rf, entries[k].term, command);
    }
    save(rf);
}

static void learn_commit_index(struct raft *rf, int leader_commit, int proven)
{
    INSIDE(rf);
    int commit = leader_commit < proven ? leader_commit : proven;
    if (commit > rf->commit_index) {
        rf->commit_index = commit;
        pthread_cond_broadcast(&rf->changed);
    }
}

void handle_append(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const AppendEntriesRequest *request = args;
    AppendEntriesResponse *response = reply;
    pthread_mutex_lock(&rf->mu);
    if (request->term >= rf->saved.current_term) {
        become_follower(rf, request->term);
        postpone_election(rf);
        int prev = request->prev_log_index;
        if (prev < log_base(rf) || log_has(rf, prev, request->prev_log_term)) {
            merge(rf, request);
            learn_commit_index(rf, request->leader_commit,
                               prev + (int)request->entries.entries_len);
            response->success = true;
        } else {
            describe_conflict(rf, prev, response);
        }
    }
    response->term = rf->saved.current_term;
    pthread_mutex_unlock(&rf->mu);
}

static void take_snapshot(struct raft *rf,
                          const InstallSnapshotRequest *request)
{
    INSIDE(rf);
    struct bytes data = { request->data.data_val, request->data.data_len };
    log_rebase(rf, request->last_included_index, request->last_included_term);
    rf->commit_index = request->last_included_index;
    save_both(rf, data);
    bytes_free(&rf->new_snapshot.snapshot);  // This snapshot replaces it.
    rf->new_snapshot = (struct apply_msg){
        .snapshot_valid = true,
        .snapshot = bytes_copy(data),
        .snapshot_term = request->last_included_term,
        .snapshot_index = request->last_included_index,
    };
    pthread_cond_broadcast(&rf->changed);
}

void handle_install(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const InstallSnapshotRequest *request = args;
    InstallSnapshotResponse *response = reply;
    pthread_mutex_lock(&rf->mu);
    if (request->term >= rf->saved.current_term) {
        become_follower(rf, request->term);
        postpone_election(rf);
        if (request->last_included_index > rf->commit_index)
            take_snapshot(rf, request);
    }
    response->term = rf->saved.current_term;
    pthread_mutex_unlock(&rf->mu);
}
