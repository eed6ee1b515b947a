// A Raft's log: the entries after the last snapshot. Used under the Raft's
// lock.
//
// As in the notes, element 0 is not an entry. It has the index and term of the
// last entry that the snapshot covers, at first 0 and 0, so that every entry
// has an element before it to compare with.
#ifndef RAFT_LOG_H
#define RAFT_LOG_H

#include "rt/bytes.h"

#include "raft/raft_x.h"

#include <stdbool.h>

struct log {
    Entry *entries;  // The log owns the commands.
    int count;       // At least 1; entries[k].index is entries[0].index + k.
    int capacity;

    // The persister holds the first n_saved elements as they are here, in
    // saved_bytes bytes. Only the elements behind them must be saved.
    int n_saved;
    size_t saved_bytes;
};

// Initialises a log that has element 0 only, with this index and term.
void log_init(struct log *log, int index, int term);

void log_free(struct log *log);

// Return element 0, and the last element (element 0 if there is no other).
const Entry *log_first(const struct log *log);
const Entry *log_last(const struct log *log);

// Returns the element of an index from the first to the last.
const Entry *log_at(const struct log *log, int index);

// Is there an entry with this index and term? (the notes' matchLog)
bool log_matches(const struct log *log, int index, int term);

// Appends a copy of an entry, whose index must be the last plus 1.
void log_append(struct log *log, const Entry *entry);

// Removes the entries from `index` on, which must be above the first index.
void log_truncate(struct log *log, int index);

// Gives element 0 this index and term, and drops the entries up to it. The
// entries behind it stay if the log has an entry of this index and term, else
// they are dropped, too (Figure 13, steps 6 and 7).
void log_compact(struct log *log, int index, int term);

// Copies `count` entries from the index `from` on. The caller frees the array
// and each command in it. NULL if count is 0.
Entry *log_copy(const struct log *log, int from, int count);

// Returns the size of the encoded entry, in bytes.
size_t log_encoded_size(const Entry *entry);

#endif
