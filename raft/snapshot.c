// Snapshots (§7). When the service has made one, the log up to it is dropped. A
// leader sends its snapshot to a follower that needs entries which the leader
// has dropped.
//
// raft_snapshot runs on the service's thread. Each InstallSnapshot call, and
// each request that arrives, has a thread of its own.
#include "raft/internal.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdlib.h>

// One InstallSnapshot call.
struct snapshot_call {
    struct raft *rf;
    struct rpc_id id;
    InstallSnapshotRequest request;
};

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    pthread_mutex_lock(&rf->mu);
    // The leader may have sent a newer one meanwhile.
    if (index > log_first(&rf->logs)->index) {
        assert(index <= rf->commit_index &&
               "a snapshot covers only what was applied");
        log_compact(&rf->logs, index, log_at(&rf->logs, index)->term);
        persist_with_snapshot_locked(rf, snapshot);
        debug_raft("SNAP", "drops its log up to %d", index);
    }
    pthread_mutex_unlock(&rf->mu);
}

static void call_install(void *arg)
{
    struct snapshot_call *call = arg;
    struct raft *rf = call->rf;
    InstallSnapshotResponse response = { 0 };
    bool answered =
        labrpc_call(rf->peers[call->id.peer], &rf->rpcs[INSTALL_SNAPSHOT],
                    &call->request, &response);
    pthread_mutex_lock(&rf->mu);
    if (take_reply_locked(rf, call->id, answered, response.term))
        raise_match_index_locked(rf, call->id.peer,
                                 call->request.last_included_index);
    pthread_mutex_unlock(&rf->mu);
    xdr_free((xdrproc_t)xdr_InstallSnapshotRequest, &call->request);
    free(call);
}

void send_snapshot_locked(struct raft *rf, struct rpc_id id)
{
    must_hold(&rf->mu);
    const Entry *first = log_first(&rf->logs);
    struct bytes snapshot = persister_read_snapshot(rf->persister);
    struct snapshot_call *call = alloc(sizeof *call);
    *call = (struct snapshot_call){
        .rf = rf,
        .id = id,
        .request = { .term = rf->current_term,
                     .leader_id = rf->me,
                     .last_included_index = first->index,
                     .last_included_term = first->term,
                     .data = { (u_int)snapshot.len, snapshot.data } },
    };
    debug_raft("SNAP", "sends S%d a snapshot up to %d", id.peer, first->index);
    go(rf->threads, "InstallSnapshot", call_install, call);
}

// Hands the snapshot to the applier. It replaces a snapshot that still waits
// there, which is older.
static void hand_to_applier_locked(struct raft *rf,
                                   const InstallSnapshotRequest *request,
                                   struct bytes snapshot)
{
    must_hold(&rf->mu);
    bytes_free(&rf->pending_snapshot.snapshot);
    rf->pending_snapshot = (struct apply_msg){
        .snapshot_valid = true,
        .snapshot = bytes_copy(snapshot),
        .snapshot_term = request->last_included_term,
        .snapshot_index = request->last_included_index,
    };
    pthread_cond_signal(&rf->apply_cond);
}

// Answers an InstallSnapshot RPC (Figure 13). It carries the snapshot in one
// piece.
void install_snapshot(struct raft *rf, const InstallSnapshotRequest *request,
                      InstallSnapshotResponse *response)
{
    pthread_mutex_lock(&rf->mu);
    if (request->term >= rf->current_term) {
        become_follower_locked(rf, request->term);
        reset_election_timer_locked(rf);
        // If all that it covers is committed here, it is an old one: installing
        // it would make the state machine go back.
        if (request->last_included_index > rf->commit_index) {
            struct bytes snapshot = { request->data.data_val,
                                      request->data.data_len };
            log_compact(&rf->logs, request->last_included_index,
                        request->last_included_term);
            rf->commit_index = request->last_included_index;
            persist_with_snapshot_locked(rf, snapshot);
            hand_to_applier_locked(rf, request, snapshot);
            debug_raft("SNAP", "installs a snapshot up to %d",
                       request->last_included_index);
        }
    }
    response->term = rf->current_term;
    pthread_mutex_unlock(&rf->mu);
}
