// The log. Each command exists once in memory, however many messages carry it.
// Its last user frees it: the log, or a message that is late.
#include "core.h"

#include "rt/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct command *command_make(const char *bytes, u_int len)
{
    struct command *command = alloc(sizeof *command + len);
    atomic_init(&command->n_users, 1);
    command->len = len;
    if (len > 0)
        memcpy(command->bytes, bytes, len);
    return command;
}

struct command *command_use(struct command *command)
{
    atomic_fetch_add(&command->n_users, 1);
    return command;
}

void command_drop(struct command *command)
{
    if (command != NULL && atomic_fetch_sub(&command->n_users, 1) == 1)
        free(command);
}

int last_index_of(const struct journal *log)
{
    return log->base + log->count - 1;
}

static struct slot *slot_at(const struct journal *log, int index)
{
    assert(index >= log->base && index <= last_index_of(log));
    return &log->slots[index - log->base];
}

int term_of(const struct journal *log, int index)
{
    return slot_at(log, index)->term;
}

struct command *command_of(const struct journal *log, int index)
{
    return slot_at(log, index)->command;
}

bool holds(const struct journal *log, int index, int term)
{
    return index >= log->base && index <= last_index_of(log) &&
           term_of(log, index) == term;
}

void journal_append(struct journal *log, int term, struct command *command)
{
    if (log->count == log->capacity) {
        log->capacity = 2 * log->capacity + 16;
        log->slots = alloc_resize(log->slots, (size_t)log->capacity,
                                  sizeof log->slots[0]);
    }
    log->slots[log->count++] = (struct slot){ term, command };
}

void journal_cut(struct journal *log, int from)
{
    assert(from > log->base);
    int keep = from - log->base;
    for (int k = keep; k < log->count; k++)
        command_drop(log->slots[k].command);
    log->count = keep;
    if (log->n_saved > keep)
        log->n_saved = 0;
}

void journal_compact(struct journal *log, int index, int term)
{
    int n_gone = holds(log, index, term) ? index - log->base : log->count - 1;
    for (int k = 0; k <= n_gone; k++)
        command_drop(log->slots[k].command);
    log->count -= n_gone;
    memmove(log->slots, log->slots + n_gone,
            (size_t)log->count * sizeof log->slots[0]);
    log->slots[0] = (struct slot){ term, NULL };
    log->base = index;
    log->n_saved = 0;
}

void journal_free(struct journal *log)
{
    for (int k = 0; k < log->count; k++)
        command_drop(log->slots[k].command);
    free(log->slots);
}
