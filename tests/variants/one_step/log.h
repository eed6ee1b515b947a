// The log: terms and commands by index, behind what a snapshot covers.
#ifndef ONE_STEP_LOG_H
#define ONE_STEP_LOG_H

#include "rt/bytes.h"

#include "raft/raft_x.h"

#include <stdbool.h>

// A zeroed one is empty, and its snapshot covers nothing.
struct log {
    int base_index;  // The last index that the snapshot covers,
    int base_term;   // and its term.
    int count;       // The entries are base_index + 1 .. base_index + count.
    int capacity;
    int *terms;
    struct bytes *commands;
};

void log_free(struct log *log);

int log_last_index(const struct log *log);

// The term at an index from base_index to the last.
int log_term(const struct log *log, int index);

// Is there an entry of that term at the index, which is not below base_index?
bool log_has(const struct log *log, int index, int term);

// The command at an index behind base_index. It stays the log's.
struct bytes log_command(const struct log *log, int index);

// Appends a copy of the command.
void log_append(struct log *log, int term, struct bytes command);

// Removes the entries from index on, if there are any.
void log_truncate(struct log *log, int index);

// A snapshot covers all up to an index, which has that term: what follows it
// stays if it follows that very entry (Figure 13, steps 6 and 7).
void log_compact(struct log *log, int index, int term);

// Copies of entries, with their commands; NULL if count is 0. The caller frees
// them, as xdr_free does.
Entry *log_copy(const struct log *log, int first, int count);

// As PersistentState has it: an entry for the base, then all others. The
// commands stay the log's; the caller frees the array.
Entry *log_as_entries(const struct log *log, unsigned *count);

// What those take in XDR.
size_t log_encoded_size(const struct log *log);

#endif
