// Functions for every role: becoming a follower, the election timer, saving and
// restoring the persistent state. Called with the lock held.
#include "raft/internal.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void become_follower_locked(struct raft *rf, int term)
{
    must_hold(&rf->mu);
    assert(term >= rf->current_term);
    if (rf->state != FOLLOWER)
        debug_raft("ROLE", "follows, in term %d", term);
    if (rf->state == LEADER) {
        timer_stop(&rf->heartbeat_timer);
        reset_election_timer_locked(rf);  // A leader's is stopped.
        pthread_cond_signal(&rf->ticker_cond);
    }
    rf->state = FOLLOWER;
    if (term > rf->current_term) {
        rf->current_term = term;
        rf->voted_for = NOBODY;
        persist_locked(rf);
    }
}

void reset_election_timer_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    timer_reset(&rf->election_timer,
                rng_between(&rf->rng, ELECTION_MIN_MS, ELECTION_MAX_MS));
}

// An encoded PersistentState begins with this many bytes: current_term,
// voted_for and the number of log elements.
#define HEAD_BYTES ((size_t)3 * BYTES_PER_XDR_UNIT)

static void encode_head(struct raft *rf, char head[HEAD_BYTES])
{
    XDR xdrs;
    xdrmem_create(&xdrs, head, HEAD_BYTES, XDR_ENCODE);
    u_int count = (u_int)rf->logs.count;
    bool_t fits = xdr_int(&xdrs, &rf->current_term) &&
                  xdr_int(&xdrs, &rf->voted_for) && xdr_u_int(&xdrs, &count);
    assert(fits);
    (void)fits;
    xdr_destroy(&xdrs);
}

// Encodes the log elements from number `from` on, and leaves `room` bytes free
// before them. The caller frees the bytes.
static struct bytes encode_elements(struct log *log, int from, size_t room)
{
    size_t size = room;
    for (int k = from; k < log->count; k++)
        size += log_encoded_size(&log->entries[k]);
    struct bytes encoded = { alloc(size), size };
    XDR xdrs;
    xdrmem_create(&xdrs, (char *)encoded.data + room, (u_int)(size - room),
                  XDR_ENCODE);
    for (int k = from; k < log->count; k++) {
        bool_t fits = xdr_Entry(&xdrs, &log->entries[k]);
        assert(fits);
        (void)fits;
    }
    xdr_destroy(&xdrs);
    return encoded;
}

static void mark_saved(struct log *log, size_t bytes)
{
    log->n_saved = log->count;
    log->saved_bytes = bytes;
}

// Encodes the whole state. The caller frees the bytes.
static struct bytes encode_all(struct raft *rf)
{
    struct bytes state = encode_elements(&rf->logs, 0, HEAD_BYTES);
    encode_head(rf, state.data);
    mark_saved(&rf->logs, state.len - HEAD_BYTES);
    return state;
}

// Saving the whole log for every entry would cost n^2 for n entries. So only
// the head and the changed elements are written. The result is the same, to the
// byte, as that of encoding all.
void persist_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    struct log *log = &rf->logs;
    if (log->n_saved == 0) {
        struct bytes state = encode_all(rf);
        persister_save_raft_state(rf->persister, state);
        bytes_free(&state);
        return;
    }
    char head[HEAD_BYTES];
    encode_head(rf, head);
    struct bytes tail = encode_elements(log, log->n_saved, 0);
    persister_save_tail(rf->persister, (struct bytes){ head, sizeof head },
                        HEAD_BYTES + log->saved_bytes, tail);
    mark_saved(log, log->saved_bytes + tail.len);
    bytes_free(&tail);
}

void persist_with_snapshot_locked(struct raft *rf, struct bytes snapshot)
{
    must_hold(&rf->mu);
    struct bytes state = encode_all(rf);
    persister_save(rf->persister, state, snapshot);
    bytes_free(&state);
}

// Is there at least one element, and are the indices without a gap?
static bool is_sound(const PersistentState *state)
{
    for (u_int k = 1; k < state->logs.logs_len; k++) {
        const Entry *entries = state->logs.logs_val;
        if (entries[k].index != entries[k - 1].index + 1)
            return false;
    }
    return state->logs.logs_len > 0;
}

void restore_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    struct bytes saved = persister_read_raft_state(rf->persister);
    if (saved.len == 0)
        return;

    PersistentState state = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, saved.data, (u_int)saved.len, XDR_DECODE);
    bool decodes = xdr_PersistentState(&xdrs, &state) &&
                   xdr_getpos(&xdrs) == saved.len && is_sound(&state);
    xdr_destroy(&xdrs);
    if (!decodes) {
        fprintf(stderr,
                "raft: server %d: its saved state (%zu bytes) is damaged: it "
                "is not the PersistentState of raft/raft.x\n",
                rf->me, saved.len);
        exit(2);
    }
    rf->current_term = state.current_term;
    rf->voted_for = state.voted_for;
    log_free(&rf->logs);
    // The log takes over the decoded array, with the commands in it.
    rf->logs = (struct log){ .entries = state.logs.logs_val,
                             .count = (int)state.logs.logs_len,
                             .capacity = (int)state.logs.logs_len };
    mark_saved(&rf->logs, saved.len - HEAD_BYTES);
    rf->commit_index = rf->last_applied = log_first(&rf->logs)->index;
    bytes_free(&saved);
}
