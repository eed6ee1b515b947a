// Log replication (§5.3): the leader's side and the follower's side.
//
// Each peer has a replicator thread, which sends when that peer is behind. The
// ticker sends to all peers at every heartbeat. Each RPC waits for its reply on
// a thread of its own: a call to a peer that cannot be reached takes seconds to
// fail, and the peer may be back long before.
#include "raft/internal.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdlib.h>

// ---- The leader ----

// One AppendEntries call.
struct append_call {
    struct raft *rf;
    struct rpc_id id;
    AppendEntriesRequest request;
};

// Moves next_index back by a whole term at a time (end of §5.3).
static void back_up_locked(struct raft *rf, int peer, int prev_log_index,
                           const AppendEntriesResponse *response)
{
    must_hold(&rf->mu);
    if (prev_log_index != rf->next_index[peer] - 1)
        return;  // The reply to an older request.
    int next = response->conflict_index;
    if (response->conflict_term != NO_TERM) {
        // If we have entries of that term, the logs may agree up to the last.
        int index = prev_log_index;
        int first = log_first(&rf->logs)->index;
        while (index > first &&
               log_at(&rf->logs, index)->term > response->conflict_term)
            index--;
        // Not if a snapshot has dropped the entries since the request.
        if (log_matches(&rf->logs, index, response->conflict_term))
            next = index + 1;
    }
    // In any case go back by at least one, and never into what the follower
    // is known to have.
    if (next > prev_log_index)
        next = prev_log_index;
    if (next <= rf->match_index[peer])
        next = rf->match_index[peer] + 1;
    rf->next_index[peer] = next;
    debug_raft("BACK", "backs up to %d for S%d", next, peer);
}

static void handle_append_reply_locked(struct raft *rf,
                                       const struct append_call *call,
                                       const AppendEntriesResponse *response)
{
    must_hold(&rf->mu);
    const AppendEntriesRequest *request = &call->request;
    if (response->success)
        raise_match_index_locked(rf, call->id.peer,
                                 request->prev_log_index +
                                     (int)request->entries.entries_len);
    else
        back_up_locked(rf, call->id.peer, request->prev_log_index, response);
}

static void call_append(void *arg)
{
    struct append_call *call = arg;
    struct raft *rf = call->rf;
    AppendEntriesResponse response = { 0 };
    bool answered =
        labrpc_call(rf->peers[call->id.peer], &rf->rpcs[APPEND_ENTRIES],
                    &call->request, &response);
    pthread_mutex_lock(&rf->mu);
    if (take_reply_locked(rf, call->id, answered, response.term))
        handle_append_reply_locked(rf, call, &response);
    pthread_mutex_unlock(&rf->mu);
    xdr_free((xdrproc_t)xdr_AppendEntriesRequest, &call->request);
    free(call);
}

static void send_entries_locked(struct raft *rf, struct rpc_id id)
{
    must_hold(&rf->mu);
    const Entry *prev = log_at(&rf->logs, rf->next_index[id.peer] - 1);
    int count = log_last(&rf->logs)->index - prev->index;
    struct append_call *call = alloc(sizeof *call);
    *call = (struct append_call){
        .rf = rf,
        .id = id,
        .request = { .term = rf->current_term,
                     .leader_id = rf->me,
                     .prev_log_index = prev->index,
                     .prev_log_term = prev->term,
                     .leader_commit = rf->commit_index,
                     // Copies: the log may change while the call waits.
                     .entries = { (u_int)count,
                                  log_copy(&rf->logs, prev->index + 1,
                                           count) } },
    };
    if (count > 0)
        debug_raft("SEND", "sends S%d entries %d..%d", id.peer, prev->index + 1,
                   prev->index + count);
    go(rf->threads, "AppendEntries", call_append, call);
}

static void send_locked(struct raft *rf, int peer)
{
    must_hold(&rf->mu);
    struct rpc_id id = { peer, rf->current_term, ++rf->n_sent };
    rf->awaited[peer] = id.number;
    rf->told_commit[peer] = rf->commit_index;
    if (rf->next_index[peer] <= log_first(&rf->logs)->index)
        send_snapshot_locked(rf, id);
    else
        send_entries_locked(rf, id);
}

void broadcast_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    for (int peer = 0; peer < rf->n_peers; peer++) {
        if (peer != rf->me)
            send_locked(rf, peer);
    }
    timer_reset(&rf->heartbeat_timer, HEARTBEAT_MS);
}

// Must the replicator send? It must if the peer lacks entries or the commit
// index, and no RPC to it is awaited. While one is awaited, commands gather for
// the next one. Heartbeats carry missing entries, too.
static bool must_send_locked(struct raft *rf, int peer)
{
    must_hold(&rf->mu);
    return rf->state == LEADER && rf->awaited[peer] == 0 &&
           (rf->next_index[peer] <= log_last(&rf->logs)->index ||
            rf->told_commit[peer] < rf->commit_index);
}

void replicator(void *arg)
{
    struct replicator *self = arg;
    struct raft *rf = self->rf;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        if (must_send_locked(rf, self->peer))
            send_locked(rf, self->peer);
        else
            pthread_cond_wait(&rf->replicator_cond[self->peer], &rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
}

// ---- The follower ----

// Sets the reply's conflict fields, by which the leader can skip a whole term.
static void set_conflict_locked(struct raft *rf, int prev_log_index,
                                AppendEntriesResponse *response)
{
    must_hold(&rf->mu);
    int last_index = log_last(&rf->logs)->index;
    if (prev_log_index > last_index) {
        response->conflict_term = NO_TERM;
        response->conflict_index = last_index + 1;
        return;
    }
    int term = log_at(&rf->logs, prev_log_index)->term;
    int index = prev_log_index;
    int first = log_first(&rf->logs)->index;
    while (index - 1 > first && log_at(&rf->logs, index - 1)->term == term)
        index--;
    response->conflict_term = term;
    response->conflict_index = index;
}

// Appends the entries that the log lacks (Figure 2, AppendEntries, steps 3 and
// 4). An entry in conflict is removed, with all that follow. If all match, the
// entries behind them stay: a longer request may have come before this one.
static void store_entries_locked(struct raft *rf,
                                 const AppendEntriesRequest *request)
{
    must_hold(&rf->mu);
    bool changed = false;
    for (u_int k = 0; k < request->entries.entries_len; k++) {
        const Entry *entry = &request->entries.entries_val[k];
        if (entry->index <= log_first(&rf->logs)->index ||
            log_matches(&rf->logs, entry->index, entry->term))
            continue;
        if (entry->index <= log_last(&rf->logs)->index) {
            assert(entry->index > rf->commit_index);
            log_truncate(&rf->logs, entry->index);
        }
        log_append(&rf->logs, entry);
        changed = true;
    }
    if (changed)
        persist_locked(rf);
}

// Step 5: raises commit_index to leader_commit, but not beyond the last new
// entry: only up to there the logs are known to agree.
static void raise_commit_index_locked(struct raft *rf, int leader_commit,
                                      int last_new_index)
{
    must_hold(&rf->mu);
    int commit =
        leader_commit < last_new_index ? leader_commit : last_new_index;
    if (commit > rf->commit_index) {
        rf->commit_index = commit;
        pthread_cond_signal(&rf->apply_cond);
    }
}

// Does the log match at prev_log_index? Entries below the first index are
// committed, so they match every leader's log.
static bool is_prev_there_locked(struct raft *rf, int index, int term)
{
    must_hold(&rf->mu);
    return index < log_first(&rf->logs)->index ||
           log_matches(&rf->logs, index, term);
}

// Answers an AppendEntries RPC (Figure 2, "Receiver implementation").
void append_entries(struct raft *rf, const AppendEntriesRequest *request,
                    AppendEntriesResponse *response)
{
    pthread_mutex_lock(&rf->mu);
    if (request->term >= rf->current_term) {
        // The sender leads that term: a candidate becomes a follower (§5.2).
        assert(request->term > rf->current_term || rf->state != LEADER);
        become_follower_locked(rf, request->term);
        reset_election_timer_locked(rf);
        response->success = is_prev_there_locked(rf, request->prev_log_index,
                                                 request->prev_log_term);
        if (response->success) {
            store_entries_locked(rf, request);
            raise_commit_index_locked(rf, request->leader_commit,
                                      request->prev_log_index +
                                          (int)request->entries.entries_len);
        } else {
            set_conflict_locked(rf, request->prev_log_index, response);
        }
    }
    response->term = rf->current_term;
    pthread_mutex_unlock(&rf->mu);
}
