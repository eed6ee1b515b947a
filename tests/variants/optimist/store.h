// The log, and how it is saved. There are no locks: the caller has one.
#ifndef OPTIMIST_STORE_H
#define OPTIMIST_STORE_H

#include "persister/persister.h"
#include "rt/bytes.h"

#include "raft/raft_x.h"

#include <stdbool.h>

// A log is a linked list. Each entry points to the previous one. The oldest is
// the last entry that the snapshot covers.
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

// Appends a copy of the entry.
void store_push(struct store *store, const Entry *entry);

// Removes the entries from index on.
void store_pop_from(struct store *store, int index);

// Removes the entries up to index. If the log has that entry, the entries after
// it stay.
void store_rebase(struct store *store, int index, int term);

// Returns a copy. The caller frees its command.
Entry store_copy(const Entry *entry);

// Saves everything; also the snapshot if it is not NULL.
void store_save(struct store *store, const struct bytes *snapshot);

#endif
