// The log and what of it survives a crash, for the optimist. No locks: the
// caller's.
#ifndef OPTIMIST_STORE_H
#define OPTIMIST_STORE_H

#include "persister/persister.h"
#include "rt/bytes.h"

#include "raft/raft_x.h"

#include <stdbool.h>

// A log is a chain of entries, each of which points to the one before it. The
// oldest one is what the snapshot covers.
struct link {
    struct link *before;
    Entry entry;
};

struct store {
    struct persister *persister;
    int term;
    int vote;
    struct link *newest;
    struct link **at;  // at[k] is the link of index base + k.
    int base;
    int n;
    int capacity;
};

void store_open(struct store *store, struct persister *persister, int me);
void store_close(struct store *store);

int store_last(const struct store *store);
int store_term_at(const struct store *store, int index);
const Entry *store_at(const struct store *store, int index);
bool store_has(const struct store *store, int index, int term);

// A copy of the entry is the newest from now on.
void store_push(struct store *store, const Entry *entry);

// The entries from index on go.
void store_pop_from(struct store *store, int index);

// The entries up to index go. What follows stays if the log has that entry.
void store_rebase(struct store *store, int index, int term);

// A copy, whose command is the caller's to free.
Entry store_copy(const Entry *entry);

// Saves it all; with the snapshot if it is not NULL.
void store_save(struct store *store, const struct bytes *snapshot);

#endif
