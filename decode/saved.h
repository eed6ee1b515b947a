// The last state that a server has saved, and the change that a new save makes.
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
    size_t end;     // The offset of its end in the saved state.
};

// entries[0] is the last entry that the snapshot covers, as in PersistentState.
struct saved {
    int term;
    int voted_for;
    int first;  // The index of entries[0].
    int count;  // At least 1.
    int capacity;
    struct saved_entry *entries;
};

// The state of a server that has never saved. saved_free frees it.
void saved_init(struct saved *saved);
void saved_free(struct saved *saved);

static inline int saved_last(const struct saved *saved)
{
    return saved->first + (saved->count - 1);  // INT_MAX at most.
}

// The entry at this index, from `first` to saved_last.
static inline const struct saved_entry *saved_at(const struct saved *saved,
                                                 int index)
{
    return &saved->entries[index - saved->first];
}

// Does it hold this entry? It holds all that the snapshot covers.
bool saved_holds(const struct saved *saved, int index, int term);

// The difference between a new state and the one before.
struct change {
    int term;
    int voted_for;
    int first;
    int first_term;
    int n_same;  // Number of elements from `first` on that stay.
    // The new elements behind those that stay. The array is used again for the
    // next change.
    struct saved_entry *fresh;
    int n_fresh;
    int fresh_capacity;
};

static inline int change_last(const struct change *change)
{
    return change->first + (change->n_same + change->n_fresh - 1);
}

// The lowest index whose entry is removed or replaced, but not covered by the
// snapshot; NOTHING_CUT if there is none.
#define NOTHING_CUT INT32_MAX
int change_cut(const struct change *change, const struct saved *before);

// Reads a new state, in the form of the given raft.x. Returns NULL, or what is
// wrong with the state.
//   before     the last state; only its `end`s are changed
//   untouched  the bytes that are the same as before, at the same place
//   may_go_on  fields of the Raft's own may follow the log
const char *change_read(struct change *change, struct saved *before,
                        struct bytes state, struct bytes_range untouched,
                        bool may_go_on);

void change_apply(const struct change *change, struct saved *saved);

#endif
