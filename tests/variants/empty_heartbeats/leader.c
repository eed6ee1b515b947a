// The leader sends two kinds of messages to each follower, independently:
//
//   heartbeats  AppendEntries without entries, ten a second. Their
//               prev_log_index checks whether the logs match up to
//               next_index-1. The answer moves match_index or next_index like
//               any other.
//   entries     all from next_index on, or a snapshot. The follower's sender
//               sends one message at a time, after raft_start or when an answer
//               shows that the follower lacks entries.
//
// There is no timer for lost entries: the answer to a later heartbeat shows
// that the follower lacks them. Followers learn commit_index from the next
// message, heartbeat or entries.
#include "monitor.h"

#include <stdlib.h>

static bool is_other(const struct peer *peer)
{
    return peer->id != peer->rf->me;
}

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

// Returns the highest index that a majority holds, if it is of our term
// (§5.4.2).
static void update_commit_index(struct raft *rf)
{
    INSIDE(rf);
    int *matches = malloc((size_t)rf->n_peers * sizeof *matches);
    if (matches == NULL)
        abort();
    for (int p = 0; p < rf->n_peers; p++)
        matches[p] = p == rf->me ? log_last(rf) : rf->peers[p].match_index;
    qsort(matches, (size_t)rf->n_peers, sizeof *matches, by_value);
    int agreed = matches[(rf->n_peers - 1) / 2];
    free(matches);
    if (agreed > rf->commit_index &&
        log_term(rf, agreed) == rf->saved.current_term) {
        rf->commit_index = agreed;
        say(rf, "CMIT", "commits up to %d", agreed);
        pthread_cond_broadcast(&rf->changed);
    }
}

// ---- Sending ----

void send_heartbeats(struct raft *rf)
{
    INSIDE(rf);
    rf->heartbeat_at_ns = ms_from_now(HEARTBEAT_MS);
    for (int p = 0; p < rf->n_peers; p++) {
        struct peer *peer = &rf->peers[p];
        if (!is_other(peer))
            continue;
        int prev = peer->next_index - 1;
        if (prev < log_base(rf))
            prev = log_base(rf);  // The follower will get a snapshot.
        struct call *call = new_call(peer, APPEND_ENTRIES);
        call->request.append = (AppendEntriesRequest){
            .term = rf->saved.current_term,
            .leader_id = rf->me,
            .prev_log_index = prev,
            .prev_log_term = log_term(rf, prev),
            .leader_commit = rf->commit_index,
        };
        send_off(call);
    }
}

static struct call *make_snapshot_call(struct peer *peer)
{
    struct raft *rf = peer->rf;
    struct bytes snapshot = persister_read_snapshot(rf->persister);
    struct call *call = new_call(peer, INSTALL_SNAPSHOT);
    call->request.install = (InstallSnapshotRequest){
        .term = rf->saved.current_term,
        .leader_id = rf->me,
        .last_included_index = log_base(rf),
        .last_included_term = log_term(rf, log_base(rf)),
        .data = { (u_int)snapshot.len, snapshot.data },
    };
    return call;
}

static struct call *make_entries_call(struct peer *peer)
{
    struct raft *rf = peer->rf;
    int prev = peer->next_index - 1;
    struct call *call = new_call(peer, APPEND_ENTRIES);
    call->request.append = (AppendEntriesRequest){
        .term = rf->saved.current_term,
        .leader_id = rf->me,
        .prev_log_index = prev,
        .prev_log_term = log_term(rf, prev),
        .leader_commit = rf->commit_index,
    };
    call->request.append.entries.entries_val =
        log_tail(rf, prev + 1, &call->request.append.entries.entries_len);
    return call;
}

static void send_what_is_missing(struct peer *peer)
{
    struct raft *rf = peer->rf;
    INSIDE(rf);
    peer->has_work = false;
    if (peer->next_index > log_last(rf))
        return;
    struct call *call = peer->next_index <= log_base(rf)
                            ? make_snapshot_call(peer)
                            : make_entries_call(peer);
    call->number = peer->under_way = ++rf->n_sent;
    peer->sent_at_ns = clock_now_ns();
    send_off(call);
}

void *sender(void *arg)
{
    struct peer *peer = arg;
    struct raft *rf = peer->rf;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        if (rf->role == LEADER && peer->has_work && peer->under_way == 0)
            send_what_is_missing(peer);
        else
            pthread_cond_wait(&rf->changed, &rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
    return NULL;
}

// ---- Replies ----

// Does the reply count? Only if we still lead in the term of the request.
static bool is_current(struct call *call, bool answered, int reply_term)
{
    struct raft *rf = call->rf;
    INSIDE(rf);
    if (answered && reply_term > rf->saved.current_term)
        become_follower(rf, reply_term);
    if (rf->role != LEADER || rf->saved.current_term != call->term)
        return false;
    struct peer *peer = call->peer;
    if (call->number != 0 && call->number == peer->under_way)
        peer->under_way = 0;
    return answered;
}

// The follower has answered: it can be reached, and needs the entries that it
// lacks.
static void look_for_work(struct peer *peer)
{
    struct raft *rf = peer->rf;
    INSIDE(rf);
    if (peer->match_index == log_last(rf))
        return;
    peer->has_work = true;
    if (clock_now_ns() - peer->sent_at_ns > LATE_MS * NS_PER_MS)
        peer->under_way = 0;  // Lost, or too late to matter.
    pthread_cond_broadcast(&rf->changed);
}

static void agree_up_to(struct peer *peer, int index)
{
    struct raft *rf = peer->rf;
    INSIDE(rf);
    if (index <= peer->match_index)
        return;  // An old answer.
    peer->match_index = index;
    if (peer->next_index <= index)
        peer->next_index = index + 1;
    update_commit_index(rf);
}

// Returns where to try next when the logs differ at `prev` (§5.3): after our
// last entry of the follower's term there, if we have one, else at the
// follower's first entry of that term.
static int earlier_next_index(const struct raft *rf, int prev,
                              const AppendEntriesResponse *reply)
{
    if (reply->conflict_term != NO_TERM) {
        for (int index = prev - 1; index >= log_base(rf); index--) {
            if (log_term(rf, index) == reply->conflict_term)
                return index + 1;
            if (log_term(rf, index) < reply->conflict_term)
                break;
        }
    }
    return reply->conflict_index;
}

void append_replied(struct call *call, bool answered)
{
    struct raft *rf = call->rf;
    struct peer *peer = call->peer;
    const AppendEntriesRequest *request = &call->request.append;
    const AppendEntriesResponse *reply = &call->reply.append;
    if (!is_current(call, answered, reply->term))
        return;
    int prev = request->prev_log_index;
    if (reply->success) {
        agree_up_to(peer, prev + (int)request->entries.entries_len);
    } else if (prev == peer->next_index - 1 && prev > peer->match_index) {
        int next = earlier_next_index(rf, prev, reply);
        if (next > prev)
            next = prev;
        peer->next_index =
            next > peer->match_index ? next : peer->match_index + 1;
    }
    look_for_work(peer);
}

void install_replied(struct call *call, bool answered)
{
    if (!is_current(call, answered, call->reply.install.term))
        return;
    agree_up_to(call->peer, call->request.install.last_included_index);
    look_for_work(call->peer);
}

// ---- What starts it ----

void log_has_grown(struct raft *rf)
{
    INSIDE(rf);
    update_commit_index(rf);  // A single server is a majority.
    for (int p = 0; p < rf->n_peers; p++)
        rf->peers[p].has_work = is_other(&rf->peers[p]);
    pthread_cond_broadcast(&rf->changed);
}

void become_leader(struct raft *rf)
{
    INSIDE(rf);
    say(rf, "ROLE", "leads");
    rf->role = LEADER;
    rf->election_at_ns = NEVER;
    rf->ask_again_at_ns = NEVER;
    for (int p = 0; p < rf->n_peers; p++) {
        struct peer *peer = &rf->peers[p];
        peer->next_index = log_last(rf) + 1;
        peer->match_index = 0;
        peer->has_work = false;
        peer->under_way = 0;
    }
    send_heartbeats(rf);
    pthread_cond_broadcast(&rf->changed);
}
