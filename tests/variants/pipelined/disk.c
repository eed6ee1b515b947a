// How the state is saved and restored. A save writes the head and the new
// slots. After a truncation or a snapshot it writes everything.
#include "core.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define UNIT       ((size_t)BYTES_PER_XDR_UNIT)
#define HEAD_BYTES (3 * UNIT)

static size_t slot_bytes(const struct slot *slot)
{
    return 3 * UNIT + (slot->command != NULL ? RNDUP(slot->command->len) : 0);
}

// Encodes the head, then the slots from `from` on. The caller frees the result.
static struct bytes encode(struct raft *rf, int from)
{
    struct journal *log = &rf->log;
    size_t size = HEAD_BYTES;
    for (int k = from; k < log->count; k++)
        size += slot_bytes(&log->slots[k]);
    struct bytes encoded = { alloc(size), size };

    XDR xdrs;
    xdrmem_create(&xdrs, encoded.data, (u_int)size, XDR_ENCODE);
    bool fits = xdr_int(&xdrs, &rf->current_term) &&
                xdr_int(&xdrs, &rf->voted_for) && xdr_int(&xdrs, &log->count);
    for (int k = from; k < log->count; k++) {
        struct command *command = log->slots[k].command;
        Entry entry = { .index = log->base + k, .term = log->slots[k].term };
        if (command != NULL) {
            entry.command.command_len = command->len;
            entry.command.command_val = command->bytes;
        }
        fits = fits && xdr_Entry(&xdrs, &entry);
    }
    assert(fits);
    (void)fits;
    return encoded;
}

static void mark_saved(struct journal *log, size_t bytes)
{
    log->n_saved = log->count;
    log->saved_bytes = bytes;
}

void save_locked(struct raft *rf)
{
    struct journal *log = &rf->log;
    struct bytes encoded = encode(rf, log->n_saved);
    if (log->n_saved == 0) {
        persister_save_raft_state(rf->persister, encoded);
        mark_saved(log, encoded.len);
    } else {
        struct bytes head = { encoded.data, HEAD_BYTES };
        struct bytes tail = { (char *)encoded.data + HEAD_BYTES,
                              encoded.len - HEAD_BYTES };
        persister_save_tail(rf->persister, head, log->saved_bytes, tail);
        mark_saved(log, log->saved_bytes + tail.len);
    }
    bytes_free(&encoded);
}

void save_with_snapshot_locked(struct raft *rf, struct bytes snapshot)
{
    struct bytes encoded = encode(rf, 0);
    persister_save(rf->persister, encoded, snapshot);
    mark_saved(&rf->log, encoded.len);
    bytes_free(&encoded);
}

static bool decode(struct bytes saved, PersistentState *state)
{
    XDR xdrs;
    xdrmem_create(&xdrs, saved.data, (u_int)saved.len, XDR_DECODE);
    return xdr_PersistentState(&xdrs, state) && state->logs.logs_len > 0;
}

void load_locked(struct raft *rf)
{
    struct bytes saved = persister_read_raft_state(rf->persister);
    PersistentState state = { .voted_for = NOBODY };
    if (saved.len == 0) {
        journal_append(&rf->log, 0, NULL);
    } else if (!decode(saved, &state)) {
        fprintf(stderr, "raft: server %d: the saved state is damaged\n",
                rf->me);
        exit(2);
    }
    rf->current_term = state.current_term;
    rf->voted_for = state.voted_for;
    for (u_int k = 0; k < state.logs.logs_len; k++) {
        const Entry *entry = &state.logs.logs_val[k];
        if (k == 0)
            rf->log.base = entry->index;
        struct command *command =
            k == 0 ? NULL
                   : command_make(entry->command.command_val,
                                  entry->command.command_len);
        journal_append(&rf->log, entry->term, command);
    }
    rf->commit_index = rf->last_applied = rf->log.base;
    xdr_free((xdrproc_t)xdr_PersistentState, &state);
    bytes_free(&saved);
}
