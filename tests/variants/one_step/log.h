// The log: terms and commands by index, after the part that a snapshot covers.
#ifndef ONE_STEP_LOG_H
#define ONE_STEP_LOG_H

#include "rt/bytes.h"

#include "raft/raft_x.h"

#include <stdbool.h>

// A zeroed log is empty, and its snapshot covers nothing.
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

// Is there an entry of that term at the index, which is at least base_index?
bool log_has(const struct log *log, int index, int term);

// Returns the command at an index after base_index. The log owns it.
struct bytes log_command(const struct log *log, int index);

// Appends a copy of the command.
void log_append(struct log *log, int term, struct bytes command);

// Removes the entries from index on, if there are any.
void log_truncate(struct log *log, int index);

// A snapshot covers everything up to an index, which has that term. If that
// entry is in the log, the entries after it stay (Figure 13, steps 6 and 7).
void log_compact(struct log *log, int index, int term);

// Returns copies of entries, with their commands; NULL if count is 0. The
// caller frees them as xdr_free does.
Entry *log_copy(const struct log *log, int first, int count);

// Returns the log as PersistentState has it: an entry for the base, then all
// others. The log owns the commands; the caller frees the array.
Entry *log_as_entries(const struct log *log, unsigned *count);

// Returns the size of those in XDR.
size_t log_encoded_size(const struct log *log);

#endif
