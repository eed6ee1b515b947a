// A Raft's log: the entries from the last snapshot on. Used under the Raft's
// lock.
//
// As in the notes, element 0 is no entry but stands for the last one that the
// snapshot covers (at first index 0, term 0), so that every entry has one
// before it to compare with.
#ifndef RAFT_LOG_H
#define RAFT_LOG_H

#include "rt/bytes.h"

#include "raft/raft_x.h"

#include <stdbool.h>

struct log {
    Entry *entries;  // The log owns the commands.
    int count;       // At least 1; entries[k].index is entries[0].index + k.
    int capacity;

    // The first `saved` elements are in the persister as they are here, where
    // they take saved_bytes. Saving continues from there.
    int saved;
    size_t saved_bytes;
};

// A log with nothing but element 0: the entry `index` of `term`.
void log_init(struct log *log, int index, int term);

void log_free(struct log *log);

// Element 0, and the last element (element 0 if there is no other).
const Entry *log_first(const struct log *log);
const Entry *log_last(const struct log *log);

// The entry at an index from the first to the last.
const Entry *log_at(const struct log *log, int index);

// Is there an entry with this index and term? (the notes' matchLog)
bool log_matches(const struct log *log, int index, int term);

// Appends a copy of an entry; its index is the last plus 1.
void log_append(struct log *log, const Entry *entry);

// Removes the entries from `index` on; index is above the first.
void log_truncate(struct log *log, int index);

// Makes (index, term) element 0 and drops all before. What follows stays if
// the log has exactly that entry, else goes, too (Figure 13, steps 6 and 7).
void log_compact(struct log *log, int index, int term);

// Copies of `count` entries from the index `from` on; NULL if count is 0. The
// caller frees the array and each command in it.
Entry *log_copy(const struct log *log, int from, int count);

// The size of one encoded entry.
size_t log_encoded_size(const Entry *entry);

#endif
