// The leader (§5.3, §7). It waits for one request to each follower. The answer,
// or a new entry if it waits for none, brings the next request. A heartbeat is
// sent in any case, with everything that the follower lacks. The leader then
// waits for the heartbeat's answer instead, because the older request may hang
// for seconds, or be lost.
//
// Followers refuse pre-votes while they hear from a leader. So a leader whose
// messages arrive, but which gets no answers, must not lead for ever (thesis,
// §6.2). It steps down, in its own term, when no majority has answered for
// QUORUM_MS.
#include "core.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <stdlib.h>

// ---- Committing ----

// Raises commit_index, and puts what is committed into the outbox.
void core_commit(struct raft *rf, int index)
{
    while (rf->commit_index < index) {
        rf->commit_index++;
        outbox_put(&rf->outbox,
                   (struct apply_msg){
                       .command_valid = true,
                       .command = bytes_copy(command_at(rf, rf->commit_index)),
                       .command_index = rf->commit_index,
                   });
    }
}

static int n_holders(const struct raft *rf, int index)
{
    int n = 0;
    for (int peer = 0; peer < rf->n_peers; peer++)
        n += peer == rf->me || rf->peers[peer].match_index >= index;
    return n;
}

// §5.4.2: counting replicas never commits an entry of an older term.
static void commit_what_a_majority_holds(struct raft *rf)
{
    for (int index = last_of(rf);
         index > rf->commit_index && at(rf, index)->term == rf->current_term;
         index--) {
        if (n_holders(rf, index) > rf->n_peers / 2) {
            tell("CMIT", "commits up to %d", index);
            core_commit(rf, index);
        }
    }
}

// ---- Sending ----

static void send_snapshot(struct raft *rf, struct call *call)
{
    struct bytes snapshot = persister_read_snapshot(rf->persister);
    call->request.install = (InstallSnapshotRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .last_included_index = first_of(rf),
        .last_included_term = at(rf, first_of(rf))->term,
        .data = { (u_int)snapshot.len, snapshot.data },
    };
    core_send(call);
}

static void send_entries(struct raft *rf, struct call *call, int from)
{
    int count = last_of(rf) + 1 - from;
    Entry *entries = alloc(((size_t)count + 1) * sizeof *entries);
    for (int k = 0; k < count; k++) {
        struct bytes command = bytes_copy(command_at(rf, from + k));
        entries[k] = (Entry){ .index = from + k,
                              .term = at(rf, from + k)->term,
                              .command = { (u_int)command.len, command.data } };
    }
    call->request.append = (AppendEntriesRequest){
        .term = rf->current_term,
        .leader_id = rf->me,
        .prev_log_index = from - 1,
        .prev_log_term = at(rf, from - 1)->term,
        .leader_commit = rf->commit_index,
        .entries = { (u_int)count, entries },
    };
    core_send(call);
}

static void send_to(struct raft *rf, int id)
{
    struct peer *peer = &rf->peers[id];
    bool in_log = peer->next_index > first_of(rf);
    struct call *call =
        core_new_call(rf, id, in_log ? APPEND_ENTRIES : INSTALL_SNAPSHOT);
    call->number = peer->awaited = ++rf->n_requests;
    peer->told_commit = rf->commit_index;
    if (in_log)
        send_entries(rf, call, peer->next_index);
    else
        send_snapshot(rf, call);
}

// Sends to each follower that lacks something and has no request under way.
void core_replicate(struct raft *rf)
{
    commit_what_a_majority_holds(rf);
    for (int id = 0; id < rf->n_peers; id++) {
        const struct peer *peer = &rf->peers[id];
        bool lacks = peer->next_index <= last_of(rf) ||
                     peer->told_commit < rf->commit_index;
        if (id != rf->me && lacks && peer->awaited == 0)
            send_to(rf, id);
    }
}

static bool is_heard_by_majority(const struct raft *rf)
{
    int64_t since_ns = clock_now_ns() - QUORUM_MS * NS_PER_MS;
    int n = 0;
    for (int id = 0; id < rf->n_peers; id++)
        n += id == rf->me || rf->peers[id].heard_ns >= since_ns;
    return n > rf->n_peers / 2;
}

void core_beat(struct raft *rf)
{
    if (!is_heard_by_majority(rf)) {
        tell("ROLE", "steps down: no majority answers");
        core_follow(rf, rf->current_term);
        return;
    }
    rf->heartbeat_ns = clock_now_ns() + HEARTBEAT_MS * NS_PER_MS;
    for (int id = 0; id < rf->n_peers; id++) {
        if (id != rf->me)
            send_to(rf, id);
    }
}

void core_lead(struct raft *rf)
{
    tell("ROLE", "leads");
    rf->role = LEADER;
    rf->election_ns = NEVER;
    for (int id = 0; id < rf->n_peers; id++)
        rf->peers[id] = (struct peer){ .next_index = last_of(rf) + 1,
                                       .heard_ns = clock_now_ns() };
    core_beat(rf);
}

// ---- Answers ----

// Does this answer count?
static bool counts(struct raft *rf, const struct call *call, int its_term)
{
    if (call->answered && its_term > rf->current_term)
        core_follow(rf, its_term);
    if (rf->dead || rf->role != LEADER || call->term != rf->current_term)
        return false;
    struct peer *peer = &rf->peers[call->peer];
    if (peer->awaited == call->number)
        peer->awaited = 0;
    if (call->answered)
        peer->heard_ns = clock_now_ns();
    return call->answered;
}

static void note_match(struct peer *peer, int index)
{
    if (index > peer->match_index)
        peer->match_index = index;
    if (index >= peer->next_index)
        peer->next_index = index + 1;
}

// Goes back (§5.3): to after our last entry of the term that the follower has
// at `prev`; if we have none, to the follower's first entry of that term.
static void go_back(struct raft *rf, struct peer *peer, int prev,
                    const AppendEntriesResponse *response)
{
    if (prev + 1 != peer->next_index || prev <= peer->match_index)
        return;
    int next = response->conflict_index;
    for (int index = prev - 1;
         response->conflict_term != NO_TERM && index >= first_of(rf); index--) {
        if (at(rf, index)->term == response->conflict_term) {
            next = index + 1;
            break;
        }
    }
    if (next > prev)
        next = prev;
    peer->next_index = next > peer->match_index ? next : peer->match_index + 1;
}

void core_take_append(struct raft *rf, struct call *call)
{
    const AppendEntriesRequest *request = &call->request.append;
    const AppendEntriesResponse *response = &call->reply.append;
    if (!counts(rf, call, response->term))
        return;
    struct peer *peer = &rf->peers[call->peer];
    int prev = request->prev_log_index;
    if (response->success)
        note_match(peer, prev + (int)request->entries.entries_len);
    else
        go_back(rf, peer, prev, response);
    core_replicate(rf);
}

void core_take_install(struct raft *rf, struct call *call)
{
    if (!counts(rf, call, call->reply.install.term))
        return;
    note_match(&rf->peers[call->peer],
               call->request.install.last_included_index);
    core_replicate(rf);
}
