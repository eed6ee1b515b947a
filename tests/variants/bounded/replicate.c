// The leader's side of replication (§5.3, §7), in bounded batches.
//
// The leader waits for one request to each peer. When the answer arrives and
// the peer still lacks entries, the thread that brought the answer sends the
// next batch at once. When there is nothing to send, the peer is idle until
// there is a new entry or a new commit_index. No thread waits for that.
//
// A request to a disconnected peer may take seconds, and a lost one is never
// answered. So a heartbeat is sent in any case. It carries the batch that is
// due, and the leader then waits for its answer instead. If a peer has answered
// lately, a missing answer is probably late, not lost: after RESEND_MS the
// leader sends the batch after the unanswered one. A success means that the
// peer holds everything up to the request's end. If that raises `next`, it does
// not matter which request was answered.
#include "node.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// An AppendEntries or InstallSnapshot on its way. `number` tells whether it is
// still the one that the leader waits for.
struct shipment {
    struct raft *rf;
    int peer;
    int number;
    int term;
    AppendEntriesRequest append;  // One of the two is used.
    InstallSnapshotRequest install;
};

static void send_if_behind_locked(struct raft *rf, int peer);

// ---- Answers ----

// An answer has arrived. Returns true if it counts: this node still leads in
// the term in which it sent the request.
static bool take_back_locked(const struct shipment *shipment, bool answered,
                             int response_term)
{
    struct raft *rf = shipment->rf;
    must_hold(&rf->mu);
    if (answered && response_term > rf->current_term)
        follow_locked(rf, response_term);
    if (rf->dead || rf->role != LEADER || rf->current_term != shipment->term)
        return false;
    struct progress *progress = &rf->progress[shipment->peer];
    if (progress->awaited == shipment->number)
        progress->awaited = 0;
    if (answered)
        progress->heard_ms = clock_now_ms();
    return answered;
}

// Commits what a majority holds, if it is of this term (§5.4.2). Older entries
// are committed with it.
static void advance_commit_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    rf->progress[rf->me].match = log_last(rf);
    int commit = log_last(rf);
    for (; commit > rf->commit_index; commit--) {
        int n_holders = 0;
        for (int peer = 0; peer < rf->n_peers; peer++)
            n_holders += rf->progress[peer].match >= commit;
        if (n_holders > rf->n_peers / 2)
            break;
    }
    if (commit <= rf->commit_index || log_term(rf, commit) != rf->current_term)
        return;
    trace("CMIT", "commits up to %d", commit);
    rf->commit_index = commit;
    pthread_cond_signal(&rf->apply_cond);
    for (int peer = 0; peer < rf->n_peers; peer++)
        send_if_behind_locked(rf, peer);
}

// The peer holds our log up to `index`.
static void confirm_locked(struct raft *rf, int peer, int index)
{
    must_hold(&rf->mu);
    struct progress *progress = &rf->progress[peer];
    if (index <= progress->match)
        return;
    progress->match = index;
    if (progress->next <= index) {
        progress->next = index + 1;
        progress->awaited = 0;
    }
    advance_commit_locked(rf);
}

// A batch before the refused one is lost or late. If the refusal says so,
// continues after the peer's last entry.
static void miss(struct progress *progress,
                 const AppendEntriesResponse *response)
{
    int end = progress->next - 1;
    if (response->conflict_term == NO_TERM && response->conflict_index > end)
        end = response->conflict_index - 1;
    if (progress->sent_up_to > end)
        progress->sent_up_to = end;
}

// The peer's log differs at prev_log_index. Goes back to after our last entry
// of the term that the peer has there, or to the peer's first entry of that
// term (end of §5.3).
static void go_back_locked(struct raft *rf, int peer, int prev_log_index,
                           const AppendEntriesResponse *response)
{
    must_hold(&rf->mu);
    struct progress *progress = &rf->progress[peer];
    if (prev_log_index >= progress->next)
        miss(progress, response);
    if (prev_log_index != progress->next - 1)
        return;  // The refusal answers a request from before an earlier step.
    int next = response->conflict_index;
    if (response->conflict_term != NO_TERM) {
        int index = prev_log_index - 1;
        while (index > log_first(rf) &&
               log_term(rf, index) > response->conflict_term)
            index--;
        if (index >= log_first(rf) &&
            log_term(rf, index) == response->conflict_term)
            next = index + 1;
    }
    if (next > prev_log_index)
        next = prev_log_index;
    if (next <= progress->match)
        next = progress->match + 1;
    progress->next = next;
}

// ---- Requests ----

static void ship_snapshot(void *arg)
{
    struct shipment *shipment = arg;
    struct raft *rf = shipment->rf;
    InstallSnapshotResponse response = { 0 };
    bool answered = labrpc_call(rf->peers[shipment->peer], &methods[INSTALL],
                                &shipment->install, &response);
    pthread_mutex_lock(&rf->mu);
    if (take_back_locked(shipment, answered, response.term)) {
        confirm_locked(rf, shipment->peer,
                       shipment->install.last_included_index);
        send_if_behind_locked(rf, shipment->peer);
    }
    pthread_mutex_unlock(&rf->mu);
    xdr_free((xdrproc_t)xdr_InstallSnapshotRequest, &shipment->install);
    free(shipment);
}

static void ship_batch(void *arg)
{
    struct shipment *shipment = arg;
    struct raft *rf = shipment->rf;
    const AppendEntriesRequest *request = &shipment->append;
    AppendEntriesResponse response = { 0 };
    bool answered = labrpc_call(rf->peers[shipment->peer], &methods[APPEND],
                                request, &response);
    pthread_mutex_lock(&rf->mu);
    if (take_back_locked(shipment, answered, response.term)) {
        int last = request->prev_log_index + (int)request->entries.entries_len;
        if (response.success)
            confirm_locked(rf, shipment->peer, last);
        else
            go_back_locked(rf, shipment->peer, request->prev_log_index,
                           &response);
        send_if_behind_locked(rf, shipment->peer);
    }
    pthread_mutex_unlock(&rf->mu);
    xdr_free((xdrproc_t)xdr_AppendEntriesRequest, &shipment->append);
    free(shipment);
}

static void fill_in_snapshot_locked(struct raft *rf, struct shipment *shipment)
{
    must_hold(&rf->mu);
    struct bytes snapshot = persister_read_snapshot(rf->persister);
    shipment->install = (InstallSnapshotRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .last_included_index = log_first(rf),
        .last_included_term = log_term(rf, log_first(rf)),
        .data = { (u_int)snapshot.len, snapshot.data },
    };
}

// MAX_BATCH entries from `next` on, or fewer if there are fewer.
static void fill_in_batch_locked(struct raft *rf, int next,
                                 struct shipment *shipment)
{
    must_hold(&rf->mu);
    int count = log_last(rf) - next + 1;
    if (count > MAX_BATCH)
        count = MAX_BATCH;
    Entry *entries = NULL;
    if (count > 0)
        entries = alloc((size_t)count * sizeof *entries);
    for (int k = 0; k < count; k++)
        entries[k] = copy_of_entry(log_entry(rf, next + k));
    shipment->append = (AppendEntriesRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .prev_log_index = next - 1,
        .prev_log_term = log_term(rf, next - 1),
        .leader_commit = rf->commit_index,
        .entries = { (u_int)count, entries },
    };
}

// Sends the entries from `from` on, which is not below the peer's `next`.
static void send_locked(struct raft *rf, int peer, int from)
{
    must_hold(&rf->mu);
    struct progress *progress = &rf->progress[peer];
    struct shipment *shipment = alloc(sizeof *shipment);
    shipment->rf = rf;
    shipment->peer = peer;
    shipment->number = ++rf->n_requests;
    shipment->term = rf->current_term;
    progress->awaited = shipment->number;
    progress->sent_ms = clock_now_ms();
    progress->told_commit = rf->commit_index;
    if (from <= log_first(rf)) {
        fill_in_snapshot_locked(rf, shipment);
        go(rf->threads, "ship snapshot", ship_snapshot, shipment);
    } else {
        fill_in_batch_locked(rf, from, shipment);
        progress->sent_up_to =
            from - 1 + (int)shipment->append.entries.entries_len;
        go(rf->threads, "ship batch", ship_batch, shipment);
    }
}

// Returns where the batch after the newest request begins, or the first entry
// that the peer lacks, if everything was sent.
static int behind_sent_locked(const struct raft *rf, int peer)
{
    const struct progress *progress = &rf->progress[peer];
    int sent = progress->sent_up_to;
    bool goes_on = sent >= progress->next && sent < log_last(rf);
    return goes_on ? sent + 1 : progress->next;
}

static void send_if_behind_locked(struct raft *rf, int peer)
{
    must_hold(&rf->mu);
    struct progress *progress = &rf->progress[peer];
    bool is_behind = progress->next <= log_last(rf) ||
                     progress->told_commit < rf->commit_index;
    if (peer != rf->me && is_behind && progress->awaited == 0)
        send_locked(rf, peer, behind_sent_locked(rf, peer));
}

// ---- What starts it ----

void replicate_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    advance_commit_locked(rf);  // A node without peers is a majority.
    for (int peer = 0; peer < rf->n_peers; peer++)
        send_if_behind_locked(rf, peer);
}

void send_heartbeats_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    rf->heartbeat_due_ms = clock_now_ms() + HEARTBEAT_MS;
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer != rf->me)
            send_locked(rf, peer, rf->progress[peer].next);
    }
}

void overtake_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    int64_t now_ms = clock_now_ms();
    for (int peer = 0; peer < rf->n_peers; peer++) {
        const struct progress *progress = &rf->progress[peer];
        if (progress->awaited == 0 || progress->next <= log_first(rf) ||
            progress->next > log_last(rf) ||
            now_ms - progress->sent_ms < RESEND_MS ||
            now_ms - progress->heard_ms >= ALIVE_MS)
            continue;
        send_locked(rf, peer, behind_sent_locked(rf, peer));
    }
}

void lead_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    trace("ROLE", "leads");
    rf->role = LEADER;
    for (int peer = 0; peer < rf->n_peers; peer++)
        rf->progress[peer] = (struct progress){
            .next = log_last(rf) + 1,
            .sent_up_to = log_last(rf),
        };
    send_heartbeats_locked(rf);
}
