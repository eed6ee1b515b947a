// A run in the terminal: a column for each server, time downwards, the tester's
// acts across all columns.
#ifndef VIEWS_COLUMNS_H
#define VIEWS_COLUMNS_H

#include "views/run.h"

#include <stdbool.h>
#include <stdio.h>

enum topic {
    TOPIC_ACTS = 1 << 0,        // The tester's acts, commands, the verdict.
    TOPIC_VOTES = 1 << 1,       // Elections: terms, roles, votes.
    TOPIC_ENTRIES = 1 << 2,     // AppendEntries with entries, or refused.
    TOPIC_HEARTBEATS = 1 << 3,  // Number of those without entries.
    TOPIC_SNAPSHOTS = 1 << 4,
    TOPIC_SAVES = 1 << 5,
    TOPIC_APPLIES = 1 << 6,  // And commit indices.
    TOPIC_LOSSES = 1 << 7,   // Messages lost, doubled or late.
    TOPIC_LOG = 1 << 8,      // The Raft's own debug log.
    ALL_TOPICS = (1 << 9) - 1,
};

// The topic of this name ("votes"); 0 if there is none.
unsigned topic_named(const char *name);

struct columns_options {
    int width;  // Of the terminal.
    bool in_colour;
    unsigned topics;
    unsigned long servers;  // Shown servers, a bit for each.
};

void columns_print(const struct run *run, const struct columns_options *options,
                   FILE *to);

#endif
