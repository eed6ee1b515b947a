// The log, and the saved state. A field of our own is behind the log, so a save
// replaces the head, and everything from the first new element to the end.
#include "core.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int first_of(const struct raft *rf)
{
    return rf->entries[0].index;
}

int last_of(const struct raft *rf)
{
    return rf->entries[rf->n_entries - 1].index;
}

Entry *at(const struct raft *rf, int index)
{
    assert(index >= first_of(rf) && index <= last_of(rf));
    return &rf->entries[index - first_of(rf)];
}

bool has(const struct raft *rf, int index, int term)
{
    return index >= first_of(rf) && index <= last_of(rf) &&
           at(rf, index)->term == term;
}

struct bytes command_at(const struct raft *rf, int index)
{
    const Entry *entry = at(rf, index);
    return (struct bytes){ entry->command.command_val,
                           entry->command.command_len };
}

void core_append(struct raft *rf, int term, struct bytes command)
{
    if (rf->n_entries == rf->capacity) {
        rf->capacity += rf->capacity / 2 + 8;
        rf->entries = alloc_resize(rf->entries, (size_t)rf->capacity,
                                   sizeof rf->entries[0]);
    }
    struct bytes copy = bytes_copy(command);
    rf->entries[rf->n_entries] = (Entry){
        .index = last_of(rf) + 1,
        .term = term,
        .command = { (u_int)copy.len, copy.data },
    };
    rf->n_entries++;
}

void core_cut(struct raft *rf, int from)
{
    assert(from > rf->commit_index && from > first_of(rf));
    int n_kept = from - first_of(rf);
    for (int k = n_kept; k < rf->n_entries; k++)
        free(rf->entries[k].command.command_val);
    rf->n_entries = n_kept;
    if (rf->n_saved > n_kept)
        rf->n_saved = 0;
}

void core_compact(struct raft *rf, int index, int term)
{
    bool goes_on = has(rf, index, term);
    int n_gone = goes_on ? index - first_of(rf) : rf->n_entries - 1;
    for (int k = 0; k <= n_gone; k++)
        free(rf->entries[k].command.command_val);
    rf->n_entries -= n_gone;
    memmove(rf->entries, rf->entries + n_gone,
            (size_t)rf->n_entries * sizeof rf->entries[0]);
    rf->entries[0] = (Entry){ .index = index, .term = term };
    rf->n_saved = 0;
}

// ---- The saved state ----

#define UNIT       ((size_t)BYTES_PER_XDR_UNIT)
#define HEAD_BYTES (3 * UNIT)  // current_term, voted_for, number of elements.
#define FOOT_BYTES UNIT        // n_elections.

// Encodes the head, the elements from number `from` on, and the foot. The
// caller frees the result.
static struct bytes encode(struct raft *rf, int from)
{
    size_t size = HEAD_BYTES + FOOT_BYTES;
    for (int k = from; k < rf->n_entries; k++)
        size += 3 * UNIT + RNDUP(rf->entries[k].command.command_len);
    struct bytes encoded = { alloc(size), size };

    XDR xdrs;
    xdrmem_create(&xdrs, encoded.data, (u_int)size, XDR_ENCODE);
    bool fits = xdr_int(&xdrs, &rf->current_term) &&
                xdr_int(&xdrs, &rf->voted_for) &&
                xdr_int(&xdrs, &rf->n_entries);
    for (int k = from; k < rf->n_entries; k++)
        fits = fits && xdr_Entry(&xdrs, &rf->entries[k]);
    fits = fits && xdr_int(&xdrs, &rf->n_elections);
    assert(fits);
    (void)fits;
    return encoded;
}

static void mark_saved(struct raft *rf, size_t bytes)
{
    rf->n_saved = rf->n_entries;
    rf->saved_bytes = bytes;
}

void core_save(struct raft *rf)
{
    struct bytes encoded = encode(rf, rf->n_saved);
    if (rf->n_saved == 0) {
        persister_save_raft_state(rf->persister, encoded);
        mark_saved(rf, encoded.len - FOOT_BYTES);
    } else {
        struct bytes head = { encoded.data, HEAD_BYTES };
        struct bytes rest = { (char *)encoded.data + HEAD_BYTES,
                              encoded.len - HEAD_BYTES };
        persister_save_tail(rf->persister, head, rf->saved_bytes, rest);
        mark_saved(rf, rf->saved_bytes + rest.len - FOOT_BYTES);
    }
    bytes_free(&encoded);
}

void core_save_with_snapshot(struct raft *rf, struct bytes snapshot)
{
    struct bytes encoded = encode(rf, 0);
    persister_save(rf->persister, encoded, snapshot);
    mark_saved(rf, encoded.len - FOOT_BYTES);
    bytes_free(&encoded);
}

static bool decode(struct bytes saved, PersistentState *state)
{
    XDR xdrs;
    xdrmem_create(&xdrs, saved.data, (u_int)saved.len, XDR_DECODE);
    return xdr_PersistentState(&xdrs, state) && state->logs.logs_len > 0;
}

void core_load(struct raft *rf)
{
    struct bytes saved = persister_read_raft_state(rf->persister);
    PersistentState state = { .voted_for = NOBODY };
    if (saved.len == 0) {
        state.logs.logs_val = alloc(sizeof(Entry));
        state.logs.logs_len = 1;
    } else if (!decode(saved, &state)) {
        fprintf(stderr,
                "raft: server %d: what was saved (%zu bytes) is damaged\n",
                rf->me, saved.len);
        exit(2);
    }
    bytes_free(&saved);
    rf->current_term = state.current_term;
    rf->voted_for = state.voted_for;
    rf->n_elections = state.n_elections;
    rf->entries = state.logs.logs_val;
    rf->n_entries = rf->capacity = (int)state.logs.logs_len;
    rf->commit_index = first_of(rf);
}
