// The log, and how it is saved.
#include "ledger.h"

#include "rt/alloc.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct line *line_of(const struct ledger *ledger, int index)
{
    return &ledger->lines[ledger->gap + index - ledger->first];
}

int ledger_last(const struct ledger *ledger)
{
    return ledger->first + ledger->end - ledger->gap - 1;
}

int ledger_term(const struct ledger *ledger, int index)
{
    return line_of(ledger, index)->term;
}

struct bytes ledger_command(const struct ledger *ledger, int index)
{
    return line_of(ledger, index)->command;
}

bool ledger_agrees(const struct ledger *ledger, int index, int term)
{
    return index >= ledger->first && index <= ledger_last(ledger) &&
           ledger_term(ledger, index) == term;
}

void ledger_add(struct ledger *ledger, int term, struct bytes command)
{
    if (ledger->end == ledger->capacity) {
        ledger->capacity = ledger->capacity * 2 + 32;
        ledger->lines = alloc_resize(ledger->lines, (size_t)ledger->capacity,
                                     sizeof *ledger->lines);
    }
    ledger->lines[ledger->end++] = (struct line){ term, bytes_copy(command) };
}

void ledger_truncate(struct ledger *ledger, int last)
{
    while (ledger->end > ledger->gap && ledger_last(ledger) > last)
        bytes_free(&ledger->lines[--ledger->end].command);
}

// The gap is closed when it is most of the array.
static void close_gap(struct ledger *ledger)
{
    if (ledger->gap < 64 || ledger->gap < ledger->end / 2)
        return;
    int n = ledger->end - ledger->gap;
    memmove(ledger->lines, ledger->lines + ledger->gap,
            (size_t)n * sizeof *ledger->lines);
    ledger->gap = 0;
    ledger->end = n;
}

void ledger_begin_at(struct ledger *ledger, int index, int term)
{
    if (ledger_agrees(ledger, index, term)) {
        for (; ledger->first < index; ledger->first++, ledger->gap++)
            bytes_free(&ledger->lines[ledger->gap].command);
        bytes_free(&ledger->lines[ledger->gap].command);
        close_gap(ledger);
        return;
    }
    ledger_truncate(ledger, ledger->first - 1);
    ledger->gap = ledger->end = 0;
    ledger->first = index;
    ledger_add(ledger, term, (struct bytes){ NULL, 0 });
}

// ---- The saved state in XDR: integers of four bytes, big-endian ----

struct pen {
    unsigned char *at;
};

static void write_int(struct pen *pen, int value)
{
    uint32_t word = htonl((uint32_t)value);
    memcpy(pen->at, &word, sizeof word);
    pen->at += sizeof word;
}

static void write_opaque(struct pen *pen, struct bytes bytes)
{
    write_int(pen, (int)bytes.len);
    if (bytes.len > 0)
        memcpy(pen->at, bytes.data, bytes.len);
    pen->at += RNDUP(bytes.len);
}

static struct bytes encode(const struct ledger *ledger)
{
    size_t size = 12;
    for (int k = ledger->gap; k < ledger->end; k++)
        size += 12 + RNDUP(ledger->lines[k].command.len);
    struct bytes image = { alloc(size), size };
    struct pen pen = { (unsigned char *)image.data };
    write_int(&pen, ledger->current_term);
    write_int(&pen, ledger->voted_for);
    write_int(&pen, ledger->end - ledger->gap);
    for (int index = ledger->first; index <= ledger_last(ledger); index++) {
        write_int(&pen, index);
        write_int(&pen, ledger_term(ledger, index));
        write_opaque(&pen, ledger_command(ledger, index));
    }
    return image;
}

void ledger_save(struct ledger *ledger)
{
    struct bytes image = encode(ledger);
    persister_save_raft_state(ledger->persister, image);
    bytes_free(&image);
}

void ledger_save_with(struct ledger *ledger, struct bytes snapshot)
{
    struct bytes image = encode(ledger);
    persister_save(ledger->persister, image, snapshot);
    bytes_free(&image);
}

static void decode(struct ledger *ledger, struct bytes image, int me)
{
    PersistentState state = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, image.data, (u_int)image.len, XDR_DECODE);
    bool is_whole =
        xdr_PersistentState(&xdrs, &state) && state.logs.logs_len > 0;
    xdr_destroy(&xdrs);
    if (!is_whole) {
        fprintf(stderr,
                "reports: server %d: the saved state is no PersistentState\n",
                me);
        exit(2);
    }
    ledger->current_term = state.current_term;
    ledger->voted_for = state.voted_for;
    ledger->first = state.logs.logs_val[0].index;
    for (u_int k = 0; k < state.logs.logs_len; k++) {
        const Entry *entry = &state.logs.logs_val[k];
        ledger_add(ledger, entry->term,
                   (struct bytes){ entry->command.command_val,
                                   entry->command.command_len });
    }
    xdr_free((xdrproc_t)xdr_PersistentState, &state);
}

void ledger_open(struct ledger *ledger, struct persister *persister, int me)
{
    memset(ledger, 0, sizeof *ledger);
    ledger->persister = persister;
    ledger->voted_for = NOBODY;
    struct bytes image = persister_read_raft_state(persister);
    if (image.len > 0)
        decode(ledger, image, me);
    else
        ledger_add(ledger, 0, (struct bytes){ NULL, 0 });
    bytes_free(&image);
}

void ledger_close(struct ledger *ledger)
{
    ledger_truncate(ledger, ledger->first - 1);
    free(ledger->lines);
}
