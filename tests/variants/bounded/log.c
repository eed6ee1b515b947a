// The log, and how it is saved. Entries own their commands. Batches are small,
// so there are many saves: each writes only the new elements, after those that
// are saved already.
#include "node.h"

#include "rt/alloc.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int log_first(const struct raft *rf)
{
    return rf->entries[0].index;
}

int log_last(const struct raft *rf)
{
    return rf->entries[0].index + rf->n_entries - 1;
}

const Entry *log_entry(const struct raft *rf, int index)
{
    assert(index >= log_first(rf) && index <= log_last(rf));
    return &rf->entries[index - log_first(rf)];
}

int log_term(const struct raft *rf, int index)
{
    return log_entry(rf, index)->term;
}

Entry copy_of_entry(const Entry *entry)
{
    struct bytes command = bytes_copy((struct bytes){
        entry->command.command_val, entry->command.command_len });
    Entry copy = *entry;
    copy.command.command_val = command.data;
    return copy;
}

void append_locked(struct raft *rf, int term, struct bytes command)
{
    must_hold(&rf->mu);
    if (rf->n_entries == rf->capacity) {
        rf->capacity = 2 * rf->capacity + 8;
        rf->entries = alloc_resize(rf->entries, (size_t)rf->capacity,
                                   sizeof rf->entries[0]);
    }
    struct bytes copy = bytes_copy(command);
    rf->entries[rf->n_entries] = (Entry){
        .index = log_last(rf) + 1,
        .term = term,
        .command = { (u_int)copy.len, copy.data },
    };
    rf->n_entries++;
}

void cut_locked(struct raft *rf, int index)
{
    must_hold(&rf->mu);
    assert(index > rf->commit_index && "what is committed stays");
    while (log_last(rf) >= index)
        free(rf->entries[--rf->n_entries].command.command_val);
    if (rf->n_saved > rf->n_entries)
        rf->n_saved = 0;  // The next save writes everything.
}

void compact_locked(struct raft *rf, int index, int term)
{
    must_hold(&rf->mu);
    int drop = rf->n_entries;
    if (index <= log_last(rf) && log_term(rf, index) == term)
        drop = index - log_first(rf);
    for (int k = 0; k < drop; k++)
        free(rf->entries[k].command.command_val);
    if (drop == rf->n_entries) {
        rf->n_entries = 1;
    } else {
        free(rf->entries[drop].command.command_val);
        rf->n_entries -= drop;
        memmove(rf->entries, rf->entries + drop,
                (size_t)rf->n_entries * sizeof rf->entries[0]);
    }
    rf->entries[0] = (Entry){ .index = index, .term = term };
    rf->n_saved = 0;
}

void free_log(struct raft *rf)
{
    for (int k = 0; k < rf->n_entries; k++)
        free(rf->entries[k].command.command_val);
    free(rf->entries);
}

// ---- The persister ----

// The bytes before the elements of the log: two numbers and the count.
#define HEAD_BYTES ((size_t)3 * BYTES_PER_XDR_UNIT)

static struct bytes encode(xdrproc_t codec, void *message, size_t size)
{
    struct bytes encoded = { alloc(size), size };
    XDR xdrs;
    xdrmem_create(&xdrs, encoded.data, (u_int)size, XDR_ENCODE);
    if (!codec(&xdrs, message))
        abort();
    return encoded;
}

// The caller frees the result.
static struct bytes encode_all_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    PersistentState state = {
        .current_term = rf->current_term,
        .voted_for = rf->voted_for,
        .logs = { (u_int)rf->n_entries, rf->entries },
    };
    xdrproc_t codec = (xdrproc_t)xdr_PersistentState;
    struct bytes all = encode(codec, &state, xdr_sizeof(codec, &state));
    rf->n_saved = rf->n_entries;
    rf->saved_bytes = all.len;
    return all;
}

// Encodes the elements that are not saved yet, as PersistentState has them,
// without the head.
static void save_new_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    u_int n_new = (u_int)(rf->n_entries - rf->n_saved);
    PersistentState state = {
        .current_term = rf->current_term,
        .voted_for = rf->voted_for,
        .logs = { n_new, rf->entries + rf->n_saved },
    };
    xdrproc_t codec = (xdrproc_t)xdr_PersistentState;
    struct bytes some = encode(codec, &state, xdr_sizeof(codec, &state));
    char *count = (char *)some.data + HEAD_BYTES - BYTES_PER_XDR_UNIT;
    uint32_t n_entries = htonl((uint32_t)rf->n_entries);
    memcpy(count, &n_entries, sizeof n_entries);

    struct bytes head = { some.data, HEAD_BYTES };
    struct bytes tail = { (char *)some.data + HEAD_BYTES,
                          some.len - HEAD_BYTES };
    persister_save_tail(rf->persister, head, rf->saved_bytes, tail);
    rf->n_saved = rf->n_entries;
    rf->saved_bytes += tail.len;
    bytes_free(&some);
}

void save_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    if (rf->n_saved > 0) {
        save_new_locked(rf);
        return;
    }
    struct bytes state = encode_all_locked(rf);
    persister_save_raft_state(rf->persister, state);
    bytes_free(&state);
}

void save_with_snapshot_locked(struct raft *rf, struct bytes snapshot)
{
    struct bytes state = encode_all_locked(rf);
    persister_save(rf->persister, state, snapshot);
    bytes_free(&state);
}

// Restores the saved state, or begins with an empty log.
void load_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    PersistentState state = { .voted_for = NOBODY };
    struct bytes saved = persister_read_raft_state(rf->persister);
    if (saved.len == 0) {
        state.logs.logs_val = alloc(sizeof(Entry));
        state.logs.logs_len = 1;
    } else {
        XDR xdrs;
        xdrmem_create(&xdrs, saved.data, (u_int)saved.len, XDR_DECODE);
        if (!xdr_PersistentState(&xdrs, &state) || state.logs.logs_len == 0) {
            fprintf(stderr, "raft: server %d: its saved state is damaged\n",
                    rf->me);
            exit(2);
        }
    }
    bytes_free(&saved);

    rf->current_term = state.current_term;
    rf->voted_for = state.voted_for;
    rf->entries = state.logs.logs_val;
    rf->n_entries = rf->capacity = (int)state.logs.logs_len;
    rf->commit_index = rf->last_applied = log_first(rf);
}
