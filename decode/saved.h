// What a server has saved last, and what a new save changes in it.
#ifndef DECODE_SAVED_H
#define DECODE_SAVED_H

#include "persister/persister.h"
#include "rt/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct saved_entry {
    int term;
    uint64_t hash;  // Of the command.
    size_t end;     // Where its bytes end in the saved state.
};

// entries[0] stands for the last entry that the snapshot covers, as in
// PersistentState.
struct saved {
    int term;
    int voted_for;
    int64_t ns;  // When it was saved.
    int first;   // The index of entries[0].
    int count;   // At least 1.
    int capacity;
    struct saved_entry *entries;
};

// What a server has that never saved anything.
void saved_init(struct saved *saved);
void saved_free(struct saved *saved);

static inline int saved_last(const struct saved *saved)
{
    return saved->first + (saved->count - 1);  // INT_MAX at most.
}

// The element of an index from first to last.
static inline const struct saved_entry *saved_at(const struct saved *saved,
                                                 int index)
{
    return &saved->entries[index - saved->first];
}

// Does it hold this entry? What the snapshot covers, it holds.
bool saved_holds(const struct saved *saved, int index, int term);

// A new state, as it differs from the one before.
struct change {
    int term;
    int voted_for;
    int first;
    int first_term;
    int n_same;                 // Elements from `first` on that stay.
    struct saved_entry *fresh;  // Those behind them, which are new;
    int n_fresh;                // they are used again by the next change.
    int fresh_capacity;
};

static inline int change_last(const struct change *change)
{
    return change->first + (change->n_same + change->n_fresh - 1);
}

// The lowest index whose entry is gone or has become another one, although no
// snapshot covers it; NOTHING_CUT if there is none.
#define NOTHING_CUT INT32_MAX
int change_cut(const struct change *change, const struct saved *before);

// Reads a new state, in the given raft.x's form. NULL, or what is wrong with
// it.
//   before    what was saved last; only its `end`s are touched
//   untouched the bytes that stand where and as they stood
//   may_go_on something of the Raft's own may follow the log
const char *change_read(struct change *change, struct saved *before,
                        struct bytes state, struct bytes_range untouched,
                        bool may_go_on);

void change_apply(const struct change *change, struct saved *saved);

#endif
