// Two arrays that grow together. They are guarded by their Raft's lock.
#include "log.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

// An index's place in the arrays.
static int place(const struct log *log, int index)
{
    return index - log->base_index - 1;
}

void log_free(struct log *log)
{
    log_truncate(log, log->base_index + 1);
    free(log->terms);
    free(log->commands);
}

int log_last_index(const struct log *log)
{
    return log->base_index + log->count;
}

int log_term(const struct log *log, int index)
{
    return index == log->base_index ? log->base_term
                                    : log->terms[place(log, index)];
}

bool log_has(const struct log *log, int index, int term)
{
    return index <= log_last_index(log) && log_term(log, index) == term;
}

struct bytes log_command(const struct log *log, int index)
{
    return log->commands[place(log, index)];
}

void log_append(struct log *log, int term, struct bytes command)
{
    if (log->count == log->capacity) {
        log->capacity = log->capacity * 2 + 4;
        size_t n = (size_t)log->capacity;
        log->terms = alloc_resize(log->terms, n, sizeof log->terms[0]);
        log->commands = alloc_resize(log->commands, n, sizeof log->commands[0]);
    }
    log->terms[log->count] = term;
    log->commands[log->count] = bytes_copy(command);
    log->count++;
}

void log_truncate(struct log *log, int index)
{
    while (log_last_index(log) >= index)
        bytes_free(&log->commands[--log->count]);
}

void log_compact(struct log *log, int index, int term)
{
    if (!log_has(log, index, term))
        log_truncate(log, log->base_index + 1);
    int gone = log->count == 0 ? 0 : index - log->base_index;
    for (int k = 0; k < gone; k++)
        bytes_free(&log->commands[k]);
    log->count -= gone;
    if (log->count > 0) {
        size_t n = (size_t)log->count;
        memmove(log->terms, log->terms + gone, n * sizeof log->terms[0]);
        memmove(log->commands, log->commands + gone,
                n * sizeof log->commands[0]);
    }
    log->base_index = index;
    log->base_term = term;
}

Entry *log_copy(const struct log *log, int first, int count)
{
    if (count == 0)
        return NULL;
    Entry *copies = alloc((size_t)count * sizeof copies[0]);
    for (int k = 0; k < count; k++) {
        struct bytes command = bytes_copy(log_command(log, first + k));
        copies[k] = (Entry){ first + k,
                             log_term(log, first + k),
                             { (u_int)command.len, command.data } };
    }
    return copies;
}

Entry *log_as_entries(const struct log *log, unsigned *count)
{
    *count = (unsigned)log->count + 1;
    Entry *entries = alloc(*count * sizeof entries[0]);
    entries[0] = (Entry){ .index = log->base_index, .term = log->base_term };
    for (int k = 0; k < log->count; k++)
        entries[k + 1] =
            (Entry){ log->base_index + 1 + k,
                     log->terms[k],
                     { (u_int)log->commands[k].len, log->commands[k].data } };
    return entries;
}

size_t log_encoded_size(const struct log *log)
{
    size_t size = 3 * (size_t)BYTES_PER_XDR_UNIT;
    for (int k = 0; k < log->count; k++)
        size += 3 * (size_t)BYTES_PER_XDR_UNIT + RNDUP(log->commands[k].len);
    return size;
}
