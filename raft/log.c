// The log is a growing array. Every entry owns its command.
#include "raft/log.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static Entry copy_entry(const Entry *from)
{
    Entry copy = *from;
    copy.command.command_val = NULL;
    if (from->command.command_len > 0) {
        copy.command.command_val = alloc(from->command.command_len);
        memcpy(copy.command.command_val, from->command.command_val,
               from->command.command_len);
    }
    return copy;
}

static void free_entry(Entry *entry)
{
    free(entry->command.command_val);
}

void log_init(struct log *log, int index, int term)
{
    *log = (struct log){ .count = 1, .capacity = 1 };
    log->entries = alloc(sizeof *log->entries);
    log->entries[0] = (Entry){ .index = index, .term = term };
}

void log_free(struct log *log)
{
    for (int k = 0; k < log->count; k++)
        free_entry(&log->entries[k]);
    free(log->entries);
}

const Entry *log_first(const struct log *log)
{
    return &log->entries[0];
}

const Entry *log_last(const struct log *log)
{
    return &log->entries[log->count - 1];
}

const Entry *log_at(const struct log *log, int index)
{
    int k = index - log_first(log)->index;
    assert(k >= 0);
    assert(k < log->count);
    return &log->entries[k];
}

bool log_matches(const struct log *log, int index, int term)
{
    return index >= log_first(log)->index && index <= log_last(log)->index &&
           log_at(log, index)->term == term;
}

static void set_capacity(struct log *log, int capacity)
{
    log->entries =
        alloc_resize(log->entries, (size_t)capacity, sizeof *log->entries);
    log->capacity = capacity;
}

void log_append(struct log *log, const Entry *entry)
{
    assert(entry->index == log_last(log)->index + 1);
    if (log->count == log->capacity)
        set_capacity(log, log->capacity * 2);
    log->entries[log->count++] = copy_entry(entry);
}

void log_truncate(struct log *log, int index)
{
    assert(index > log_first(log)->index);
    while (log_last(log)->index >= index) {
        Entry *last = &log->entries[log->count - 1];
        if (log->n_saved == log->count) {
            log->n_saved--;
            log->saved_bytes -= log_encoded_size(last);
        }
        free_entry(last);
        log->count--;
    }
}

void log_compact(struct log *log, int index, int term)
{
    if (!log_matches(log, index, term)) {
        log_free(log);
        log_init(log, index, term);
        return;
    }
    int dropped = index - log_first(log)->index;
    for (int k = 0; k <= dropped; k++)
        free_entry(&log->entries[k]);
    log->count -= dropped;
    memmove(log->entries, log->entries + dropped,
            (size_t)log->count * sizeof *log->entries);
    log->entries[0] = (Entry){ .index = index, .term = term };
    if (log->count < log->capacity / 4)
        set_capacity(log, log->count);
    log->n_saved = 0;
    log->saved_bytes = 0;
}

Entry *log_copy(const struct log *log, int from, int count)
{
    if (count == 0)
        return NULL;
    Entry *copies = alloc((size_t)count * sizeof *copies);
    for (int k = 0; k < count; k++)
        copies[k] = copy_entry(log_at(log, from + k));
    return copies;
}

size_t log_encoded_size(const Entry *entry)
{
    // index, term, the command's length, the command padded to four bytes
    // (RFC 4506, section 4.10).
    return (size_t)3 * BYTES_PER_XDR_UNIT + RNDUP(entry->command.command_len);
}
