// The leader (§5.3, §7). It sends on without waiting for an answer.
//
// There is a pipe to each follower with up to MAX_IN_FLIGHT messages. Sending a
// message moves next_index past its last entry, on the assumption that it
// arrives. If the assumption is wrong, the leader abandons everything in flight
// (a new epoch) and moves next_index back:
//   - a follower refuses a message: to where its hint says;
//   - a call fails, or there is no answer for LOST_MS: to sure_next.
// A call to a disconnected follower may hang for seconds. Abandoning it costs
// only its thread.
//
// An abandoned message may have arrived after all. A success counts whenever it
// comes, in any order: it means that the follower holds the log up to the end
// of that message, and no more. A refusal counts only in its epoch.
#include "core.h"

#include "rt/alloc.h"

#include <stdlib.h>

// A message in flight.
struct message {
    struct raft *rf;
    int peer;
    int term;
    int epoch;  // BEAT if it is outside the pipe.
    AppendEntriesRequest append;
    struct command *commands[MAX_ENTRIES_EACH];  // `append` points into these.
    InstallSnapshotRequest install;
};

enum { BEAT = -1 };

static void fill_pipe_locked(struct raft *rf, int peer);

// ---- The pipe ----

static void give_up_locked(struct pipe *pipe, int next_index)
{
    pipe->epoch++;
    pipe->n_in_flight = 0;
    pipe->carries_snapshot = false;
    pipe->next_index = next_index;
    if (pipe->sure_next > next_index)
        pipe->sure_next = next_index;
}

static bool is_majority_locked(const struct raft *rf, int index)
{
    int n = 1;
    for (int peer = 0; peer < rf->n_peers; peer++)
        n += peer != rf->me && rf->pipes[peer].match_index >= index;
    return n > rf->n_peers / 2;
}

// Commits what a majority holds, if it is of this term (§5.4.2). Terms never
// decrease along the log, so the search ends at the first older one.
static void commit_locked(struct raft *rf)
{
    const struct journal *log = &rf->log;
    int index = last_index_of(log);
    while (index > rf->commit_index &&
           term_of(log, index) == rf->current_term &&
           !is_majority_locked(rf, index))
        index--;
    if (index <= rf->commit_index || term_of(log, index) != rf->current_term)
        return;
    rf->commit_index = index;
    note("CMIT", "commits up to %d", index);
    sem_post(&rf->to_apply);
    for (int peer = 0; peer < rf->n_peers; peer++)
        fill_pipe_locked(rf, peer);
}

static void arrived_locked(struct raft *rf, int peer, int index)
{
    struct pipe *pipe = &rf->pipes[peer];
    if (index <= pipe->match_index)
        return;
    pipe->match_index = index;
    if (pipe->sure_next <= index)
        pipe->sure_next = index + 1;
    if (pipe->next_index <= index)
        pipe->next_index = index + 1;
    commit_locked(rf);
}

// Returns where to try again after a refusal (§5.3).
static int next_after_refusal_locked(const struct raft *rf, int prev,
                                     const AppendEntriesResponse *response)
{
    int next = response->conflict_index;
    int index = prev - 1;
    while (index > rf->log.base &&
           term_of(&rf->log, index) > response->conflict_term)
        index--;
    if (response->conflict_term != NO_TERM &&
        holds(&rf->log, index, response->conflict_term))
        next = index + 1;
    return next < prev ? next : prev;
}

static void refused_locked(struct raft *rf, const struct message *message,
                           const AppendEntriesResponse *response)
{
    struct pipe *pipe = &rf->pipes[message->peer];
    int prev = message->append.prev_log_index;
    if (message->epoch != pipe->epoch || prev <= pipe->match_index)
        return;
    int next = next_after_refusal_locked(rf, prev, response);
    if (next <= pipe->match_index)
        next = pipe->match_index + 1;
    give_up_locked(pipe, next);
}

// An answer has arrived. Returns true if it counts.
static bool come_back_locked(const struct message *message, bool answered,
                             int its_term)
{
    struct raft *rf = message->rf;
    if (answered && its_term > rf->current_term)
        step_down_locked(rf, its_term);
    if (rf->dead || rf->role != LEADER || rf->current_term != message->term)
        return false;
    struct pipe *pipe = &rf->pipes[message->peer];
    if (message->epoch == pipe->epoch) {
        if (!answered) {
            give_up_locked(pipe, pipe->sure_next);  // Until the next beat.
            return false;
        }
        pipe->n_in_flight--;
        pipe->carries_snapshot = false;
        pipe->heard_ms = now_ms();
    }
    return answered;
}

// ---- Messages ----

static void carry_append(void *arg)
{
    struct message *message = arg;
    struct raft *rf = message->rf;
    AppendEntriesRequest *append = &message->append;
    AppendEntriesResponse response = { 0 };
    bool answered = labrpc_call(rf->peers[message->peer],
                                &rpc_table[APPEND_ENTRIES], append, &response);
    int count = (int)append->entries.entries_len;
    lock(rf);
    if (come_back_locked(message, answered, response.term)) {
        if (response.success)
            arrived_locked(rf, message->peer, append->prev_log_index + count);
        else
            refused_locked(rf, message, &response);
        fill_pipe_locked(rf, message->peer);
    }
    unlock(rf);
    for (int k = 0; k < count; k++)
        command_drop(message->commands[k]);
    free(append->entries.entries_val);
    free(message);
}

static void carry_snapshot(void *arg)
{
    struct message *message = arg;
    struct raft *rf = message->rf;
    InstallSnapshotResponse response = { 0 };
    bool answered =
        labrpc_call(rf->peers[message->peer], &rpc_table[INSTALL_SNAPSHOT],
                    &message->install, &response);
    lock(rf);
    if (come_back_locked(message, answered, response.term)) {
        arrived_locked(rf, message->peer, message->install.last_included_index);
        fill_pipe_locked(rf, message->peer);
    }
    unlock(rf);
    free(message->install.data.data_val);
    free(message);
}

// An AppendEntries behind `prev`, with up to `count` entries.
static struct message *make_append_locked(struct raft *rf, int peer, int epoch,
                                          int prev, int count)
{
    struct message *message = alloc(sizeof *message);
    message->rf = rf;
    message->peer = peer;
    message->term = rf->current_term;
    message->epoch = epoch;
    Entry *entries = alloc(((size_t)count + 1) * sizeof *entries);
    for (int k = 0; k < count; k++) {
        int index = prev + 1 + k;
        struct command *command = command_use(command_of(&rf->log, index));
        message->commands[k] = command;
        entries[k].index = index;
        entries[k].term = term_of(&rf->log, index);
        entries[k].command.command_len = command->len;
        entries[k].command.command_val = command->bytes;
    }
    message->append = (AppendEntriesRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .prev_log_index = prev,
        .prev_log_term = term_of(&rf->log, prev),
        .leader_commit = rf->commit_index,
        .entries = { (u_int)count, entries },
    };
    return message;
}

static void put_into_pipe_locked(struct raft *rf, struct pipe *pipe)
{
    if (pipe->n_in_flight++ == 0)
        pipe->heard_ms = now_ms();
    pipe->told_commit = rf->commit_index;
}

static void send_append_locked(struct raft *rf, int peer)
{
    struct pipe *pipe = &rf->pipes[peer];
    int count = last_index_of(&rf->log) + 1 - pipe->next_index;
    if (count > MAX_ENTRIES_EACH)
        count = MAX_ENTRIES_EACH;
    struct message *message =
        make_append_locked(rf, peer, pipe->epoch, pipe->next_index - 1, count);
    put_into_pipe_locked(rf, pipe);
    pipe->next_index += count;
    go(rf->threads, "append", carry_append, message);
}

// The leader sends nothing after a snapshot until it has arrived, because that
// could overtake it.
static void send_snapshot_locked(struct raft *rf, int peer)
{
    struct pipe *pipe = &rf->pipes[peer];
    struct bytes snapshot = persister_read_snapshot(rf->persister);
    struct message *message = alloc(sizeof *message);
    message->rf = rf;
    message->peer = peer;
    message->term = rf->current_term;
    message->epoch = pipe->epoch;
    message->install = (InstallSnapshotRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .last_included_index = rf->log.base,
        .last_included_term = term_of(&rf->log, rf->log.base),
        .data = { (u_int)snapshot.len, snapshot.data },
    };
    put_into_pipe_locked(rf, pipe);
    pipe->carries_snapshot = true;
    go(rf->threads, "snapshot", carry_snapshot, message);
}

// Sends one message, with entries or without.
static void send_locked(struct raft *rf, int peer)
{
    if (rf->pipes[peer].next_index <= rf->log.base)
        send_snapshot_locked(rf, peer);
    else
        send_append_locked(rf, peer);
}

// Sends while there are entries and room. The next message tells the follower
// what is committed; if there is none, an empty one does.
static void fill_pipe_locked(struct raft *rf, int peer)
{
    struct pipe *pipe = &rf->pipes[peer];
    if (peer == rf->me)
        return;
    while (pipe->next_index <= last_index_of(&rf->log) &&
           pipe->n_in_flight < MAX_IN_FLIGHT && !pipe->carries_snapshot)
        send_locked(rf, peer);
    if (pipe->n_in_flight == 0 && pipe->told_commit < rf->commit_index)
        send_locked(rf, peer);
}

// A heartbeat beside a pipe that is not empty. It begins at an entry that the
// follower is known to hold, so that messages in flight do not matter.
static void send_beside_pipe_locked(struct raft *rf, int peer)
{
    int prev = rf->pipes[peer].match_index;
    if (prev < rf->log.base)
        prev = rf->log.base;
    struct message *message = make_append_locked(rf, peer, BEAT, prev, 0);
    go(rf->threads, "beat", carry_append, message);
}

// ---- What starts it ----

void fill_pipes_locked(struct raft *rf)
{
    commit_locked(rf);  // A single server needs no other.
    for (int peer = 0; peer < rf->n_peers; peer++)
        fill_pipe_locked(rf, peer);
}

void beat_locked(struct raft *rf)
{
    int64_t now = now_ms();
    rf->alarm_ms = now + HEARTBEAT_MS;
    for (int peer = 0; peer < rf->n_peers; peer++) {
        struct pipe *pipe = &rf->pipes[peer];
        if (peer == rf->me)
            continue;
        if (pipe->n_in_flight > 0 && now - pipe->heard_ms >= LOST_MS)
            give_up_locked(pipe, pipe->sure_next);
        if (pipe->n_in_flight > 0)
            send_beside_pipe_locked(rf, peer);
        else
            send_locked(rf, peer);
        fill_pipe_locked(rf, peer);
    }
}

void take_lead_locked(struct raft *rf)
{
    note("ROLE", "leads");
    rf->role = LEADER;
    int next = last_index_of(&rf->log) + 1;
    for (int peer = 0; peer < rf->n_peers; peer++) {
        struct pipe *pipe = &rf->pipes[peer];
        give_up_locked(pipe, next);
        pipe->sure_next = next;
        pipe->match_index = 0;
        pipe->told_commit = 0;
    }
    beat_locked(rf);
    sem_post(&rf->alarm_changed);
}
