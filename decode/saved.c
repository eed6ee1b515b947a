// Reads the changed part of a saved state (PersistentState of raft/raft.x). It
// reads the bytes directly, not with XDR's routines, because it must be fast:
// for each new entry a log of thousands of entries may be saved.
#include "decode/saved.h"

#include "decode/hash.h"
#include "events/events.h"
#include "rt/alloc.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

// HEAD: current_term, voted_for and the number of elements. ELEMENT: an element
// without its command.
enum { WORD = 4, HEAD_BYTES = 3 * WORD, ELEMENT_BYTES = 3 * WORD };

void saved_init(struct saved *saved)
{
    *saved =
        (struct saved){ .voted_for = NO_SERVER, .count = 1, .capacity = 1 };
    saved->entries = alloc(sizeof *saved->entries);
}

void saved_free(struct saved *saved)
{
    free(saved->entries);
}

bool saved_holds(const struct saved *saved, int index, int term)
{
    if (index < saved->first)
        return true;
    return index <= saved_last(saved) && saved_at(saved, index)->term == term;
}

int change_cut(const struct change *change, const struct saved *before)
{
    // Written so that an index near INT_MAX does not overflow.
    bool has_cut = saved_last(before) - change->first >= change->n_same;
    return has_cut ? change->first + change->n_same : NOTHING_CUT;
}

// ---- Reading ----

struct element {
    int index;
    struct saved_entry entry;
};

static int word_at(struct bytes state, size_t at)
{
    uint32_t word;
    memcpy(&word, (const char *)state.data + at, WORD);
    return (int)ntohl(word);
}

static bool read_element(struct bytes state, size_t at, struct element *element)
{
    if (state.len - at < ELEMENT_BYTES)
        return false;
    size_t len = (uint32_t)word_at(state, at + (size_t)2 * WORD);
    size_t padded = (len + WORD - 1) / WORD * WORD;
    if (state.len - at - ELEMENT_BYTES < padded)
        return false;
    const char *command = (const char *)state.data + at + ELEMENT_BYTES;
    int index = word_at(state, at);
    *element = (struct element){
        .index = index,
        // There is no entry at index 0. Some Rafts give it term 0, some
        // NO_TERM.
        .entry = { .term = index > 0 ? word_at(state, at + WORD) : 0,
                   .hash = hash_bytes(command, len),
                   .end = at + ELEMENT_BYTES + padded },
    };
    return true;
}

// The number of whole elements in the untouched bytes.
static int count_untouched(const struct saved *before,
                           struct bytes_range untouched)
{
    if (untouched.from > HEAD_BYTES)
        return 0;
    int count = before->count;
    while (count > 0 && before->entries[count - 1].end > untouched.to)
        count--;
    return count > 0 && before->entries[0].end == 0 ? 0 : count;
}

static void add_fresh(struct change *change, struct saved_entry entry)
{
    if (change->n_fresh == change->fresh_capacity) {
        change->fresh_capacity = 2 * change->fresh_capacity + 16;
        change->fresh =
            alloc_resize(change->fresh, (size_t)change->fresh_capacity,
                         sizeof *change->fresh);
    }
    change->fresh[change->n_fresh++] = entry;
}

// The element of this index in `before`; NULL if there is none.
static struct saved_entry *counterpart(struct saved *before, int index)
{
    bool there = index >= before->first && index <= saved_last(before);
    return there ? &before->entries[index - before->first] : NULL;
}

// Counts the element among those that stay if it has not changed, and all
// elements before it stay. Else adds it to the fresh ones. Of the first element
// only the term is compared: a snapshot has removed its command.
static void take_element(struct change *change, struct saved *before,
                         struct element element, bool is_first)
{
    struct saved_entry *old = counterpart(before, element.index);
    bool stays = change->n_fresh == 0 && old != NULL &&
                 old->term == element.entry.term &&
                 (is_first || old->hash == element.entry.hash);
    if (stays) {
        old->end = element.entry.end;
        change->n_same++;
    } else {
        add_fresh(change, element.entry);
    }
}

// Reads the elements behind the untouched ones, from the byte *at on. Moves *at
// to where they end.
static const char *read_elements(struct change *change, struct saved *before,
                                 struct bytes state, int count, size_t *at)
{
    for (int k = change->n_same; k < count; k++) {
        struct element element;
        if (!read_element(state, *at, &element))
            return "it does not decode";
        if (k == 0) {
            change->first = element.index;
            change->first_term = element.entry.term;
        }
        if (change->first < 0)
            return "logs[0] has a negative index";
        if (element.index != (int64_t)change->first + k)
            return "the indices in logs do not follow each other";
        take_element(change, before, element, k == 0);
        *at = element.entry.end;
    }
    return NULL;
}

const char *change_read(struct change *change, struct saved *before,
                        struct bytes state, struct bytes_range untouched,
                        bool may_go_on)
{
    if (state.len < HEAD_BYTES)
        return "it does not decode";
    change->term = word_at(state, 0);
    change->voted_for = word_at(state, WORD);
    int count = word_at(state, (size_t)2 * WORD);
    if (count == 0)
        return "logs[0] is missing, which stands for the last entry that the "
               "snapshot covers";
    change->n_fresh = 0;
    change->n_same = count_untouched(before, untouched);
    change->first = before->first;
    change->first_term = before->entries[0].term;
    if (count < 0)
        return "it does not decode";
    // If the log is shorter now, old elements can lie in the bytes behind it.
    if (change->n_same > count)
        change->n_same = count;
    size_t at = change->n_same > 0 ? before->entries[change->n_same - 1].end
                                   : HEAD_BYTES;
    const char *wrong = read_elements(change, before, state, count, &at);
    if (wrong == NULL && at < state.len && !may_go_on)
        wrong = "it does not decode";
    return wrong;
}

void change_apply(const struct change *change, struct saved *saved)
{
    size_t size = sizeof *saved->entries;
    int count = change->n_same + change->n_fresh;
    if (change->first > saved->first && change->n_same > 0)
        memmove(saved->entries, saved->entries + (change->first - saved->first),
                (size_t)change->n_same * size);
    if (count > saved->capacity) {
        saved->capacity = 2 * count;
        saved->entries =
            alloc_resize(saved->entries, (size_t)saved->capacity, size);
    }
    if (change->n_fresh > 0)
        memcpy(saved->entries + change->n_same, change->fresh,
               (size_t)change->n_fresh * size);
    saved->term = change->term;
    saved->voted_for = change->voted_for;
    saved->first = change->first;
    saved->count = count;
}
