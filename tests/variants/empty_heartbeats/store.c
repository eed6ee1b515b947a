// The log is inside the PersistentState that rpcgen declares. Beside it is the
// same state in encoded form, the image. Each change is made to both. So the
// whole state can be saved each time, and no entry is encoded twice.
#include "monitor.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Entry *entry(const struct raft *rf, int index)
{
    assert(index >= log_base(rf) && index <= log_last(rf));
    return &rf->saved.logs.logs_val[index - log_base(rf)];
}

int log_base(const struct raft *rf)
{
    return rf->saved.logs.logs_val[0].index;
}

int log_last(const struct raft *rf)
{
    return log_base(rf) + (int)rf->saved.logs.logs_len - 1;
}

int log_term(const struct raft *rf, int index)
{
    return entry(rf, index)->term;
}

bool log_has(const struct raft *rf, int index, int term)
{
    return index >= log_base(rf) && index <= log_last(rf) &&
           log_term(rf, index) == term;
}

struct bytes log_command(const struct raft *rf, int index)
{
    const Entry *at = entry(rf, index);
    return (struct bytes){ at->command.command_val, at->command.command_len };
}

static Entry make_entry(int index, int term, struct bytes command)
{
    struct bytes copy = bytes_copy(command);
    return (Entry){ .index = index,
                    .term = term,
                    .command = { (u_int)copy.len, copy.data } };
}

// ---- The image ----

// The bytes before the elements of the log: two numbers and the count.
#define HEAD_BYTES ((size_t)3 * BYTES_PER_XDR_UNIT)

static size_t encoded_bytes(const Entry *of)
{
    return (size_t)3 * BYTES_PER_XDR_UNIT + RNDUP(of->command.command_len);
}

// Encodes a value at an offset.
static void put(struct raft *rf, size_t at, size_t size, xdrproc_t codec,
                void *what)
{
    XDR xdrs;
    xdrmem_create(&xdrs, rf->image + at, (u_int)size, XDR_ENCODE);
    if (!codec(&xdrs, what))
        abort();
}

static void extend_image(struct raft *rf, Entry *by)
{
    size_t size = encoded_bytes(by);
    if (rf->image_size + size > rf->image_room) {
        rf->image_room = 2 * (rf->image_size + size);
        rf->image = alloc_resize(rf->image, rf->image_room, 1);
    }
    put(rf, rf->image_size, size, (xdrproc_t)xdr_Entry, by);
    rf->image_size += size;
}

static void renew_image(struct raft *rf)
{
    if (rf->image_room < HEAD_BYTES) {
        rf->image_room = HEAD_BYTES;
        rf->image = alloc_resize(rf->image, rf->image_room, 1);
    }
    rf->image_size = HEAD_BYTES;
    for (int k = log_base(rf); k <= log_last(rf); k++)
        extend_image(rf, entry(rf, k));
}

// The image, with its head up to date.
static struct bytes finished_image(struct raft *rf)
{
    PersistentState *saved = &rf->saved;
    size_t unit = BYTES_PER_XDR_UNIT;
    put(rf, 0, unit, (xdrproc_t)xdr_int, &saved->current_term);
    put(rf, unit, unit, (xdrproc_t)xdr_int, &saved->voted_for);
    put(rf, 2 * unit, unit, (xdrproc_t)xdr_u_int, &saved->logs.logs_len);
    return (struct bytes){ rf->image, rf->image_size };
}

// ---- Changing the log ----

void log_add(struct raft *rf, int term, struct bytes command)
{
    INSIDE(rf);
    Entry new = make_entry(log_last(rf) + 1, term, command);
    u_int count = rf->saved.logs.logs_len++;
    rf->saved.logs.logs_val =
        alloc_resize(rf->saved.logs.logs_val, count + 1, sizeof new);
    rf->saved.logs.logs_val[count] = new;
    extend_image(rf, &new);
}

void log_cut_from(struct raft *rf, int index)
{
    INSIDE(rf);
    assert(index > rf->commit_index);
    for (int k = index; k <= log_last(rf); k++) {
        rf->image_size -= encoded_bytes(entry(rf, k));
        free(entry(rf, k)->command.command_val);
    }
    rf->saved.logs.logs_len = (u_int)(index - log_base(rf));
}

// A snapshot covers everything up to `index`. If its last entry is in the log,
// the entries after it stay (Figure 13, steps 6 and 7).
void log_rebase(struct raft *rf, int index, int term)
{
    INSIDE(rf);
    int first_kept = log_has(rf, index, term) ? index + 1 : log_last(rf) + 1;
    int n_kept = log_last(rf) + 1 - first_kept;
    Entry *kept = alloc((size_t)(n_kept + 1) * sizeof *kept);
    kept[0] = (Entry){ .index = index, .term = term };
    for (int k = 0; k < n_kept; k++)
        kept[k + 1] = *entry(rf, first_kept + k);
    for (int k = log_base(rf); k < first_kept; k++)
        free(entry(rf, k)->command.command_val);
    free(rf->saved.logs.logs_val);
    rf->saved.logs.logs_val = kept;
    rf->saved.logs.logs_len = (u_int)n_kept + 1;
    renew_image(rf);
}

Entry *log_tail(const struct raft *rf, int from, u_int *count)
{
    INSIDE((struct raft *)rf);
    int n = log_last(rf) - from + 1;
    *count = (u_int)n;
    Entry *copies = alloc((size_t)n * sizeof *copies);
    for (int k = 0; k < n; k++)
        copies[k] = make_entry(from + k, log_term(rf, from + k),
                               log_command(rf, from + k));
    return copies;
}

// ---- The persister ----

void save(struct raft *rf)
{
    INSIDE(rf);
    persister_save_raft_state(rf->persister, finished_image(rf));
}

void save_both(struct raft *rf, struct bytes snapshot)
{
    INSIDE(rf);
    persister_save(rf->persister, finished_image(rf), snapshot);
}

void load(struct raft *rf)
{
    INSIDE(rf);
    struct bytes from = persister_read_raft_state(rf->persister);
    if (from.len == 0) {
        rf->saved.voted_for = NOBODY;
        rf->saved.logs.logs_val = alloc(sizeof(Entry));
        rf->saved.logs.logs_len = 1;
    } else {
        XDR xdrs;
        xdrmem_create(&xdrs, from.data, (u_int)from.len, XDR_DECODE);
        if (!xdr_PersistentState(&xdrs, &rf->saved) ||
            rf->saved.logs.logs_len == 0) {
            fprintf(stderr,
                    "raft: server %d cannot read its saved state back: it is "
                    "not a PersistentState\n",
                    rf->me);
            exit(2);
        }
    }
    bytes_free(&from);
    renew_image(rf);
    rf->commit_index = rf->last_applied = log_base(rf);
}
