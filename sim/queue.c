// Queues of threads (struct sim_queue). A queue is an array, so that drawing a
// random thread takes the same time for any length. The array is a binary heap,
// with the first thread at the top. If all have the same rank, its order is
// arbitrary, but determined by the seed.
#include "sim/internal.h"

#include <stdio.h>

// ---- Arrays ----

// An array has room for a power of two of threads. An empty queue has none,
// because the program may abandon a lock without destroying it.
#define LEAST_ROOM 4
#define PIECE_SIZE ((size_t)64 << 10)

union array {
    union array *next;  // While unused.
    struct sim_entry *entries[LEAST_ROOM];
};

static union array *unused[SLOT_BITS + 1];  // By the logarithm of their room.

static union array **unused_with(uint32_t room)
{
    return &unused[__builtin_ctz(room)];
}

static void give_back(void *memory, uint32_t room)
{
    union array *array = memory, **list = unused_with(room);
    array->next = *list;
    *list = array;
}

// Makes an array. Memory is touched only when it is taken, because each page
// that a run touches costs a fault.
static union array *make_array(uint32_t room)
{
    static char *fresh, *end;
    size_t size = room * sizeof(struct sim_entry *);
    if (size > PIECE_SIZE)
        return sim_reserve(size);
    if (size > (size_t)(end - fresh)) {
        fresh = sim_reserve(PIECE_SIZE);
        end = fresh + PIECE_SIZE;
    }
    fresh += size;
    return (union array *)(void *)(fresh - size);
}

static struct sim_entry **take_array(uint32_t room)
{
    union array **list = unused_with(room);
    union array *array = *list;
    if (array == NULL)
        return make_array(room)->entries;
    *list = array->next;
    return array->entries;
}

static void enlarge(struct sim_queue *queue)
{
    uint32_t room = queue->room > 0 ? 2 * queue->room : LEAST_ROOM;
    struct sim_entry **entries = take_array(room);
    for (uint32_t i = 0; i < queue->count; i++)
        entries[i] = queue->entries[i];
    if (queue->room > 0)
        give_back(queue->entries, queue->room);
    queue->entries = entries;
    queue->room = room;
}

// ---- Order ----

static void put(struct sim_queue *queue, uint32_t position,
                struct sim_entry *entry)
{
    queue->entries[position] = entry;
    entry->position = position;
}

// Puts the entry at this position, which is free, or further up.
static void rise(struct sim_queue *queue, uint32_t position,
                 struct sim_entry *entry)
{
    while (position > 0) {
        uint32_t parent = (position - 1) / 2;
        if (!sim_goes_before(entry, queue->entries[parent]))
            break;
        put(queue, position, queue->entries[parent]);
        position = parent;
    }
    put(queue, position, entry);
}

// Puts the entry at this position, which is free, or further down.
static void sink(struct sim_queue *queue, uint32_t position,
                 struct sim_entry *entry)
{
    for (;;) {
        uint32_t child = 2 * position + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count &&
            sim_goes_before(queue->entries[child + 1], queue->entries[child]))
            child++;
        if (!sim_goes_before(queue->entries[child], entry))
            break;
        put(queue, position, queue->entries[child]);
        position = child;
    }
    put(queue, position, entry);
}

void sim_queue_add(struct sim_queue *queue, struct sim_entry *entry)
{
    if (queue->count == queue->room)
        enlarge(queue);
    entry->queue = queue;
    rise(queue, queue->count++, entry);
}

static _Noreturn void report_lost(const struct sim_thread *thread)
{
    char message[300];
    snprintf(message, sizeof message,
             "%s waits %s, which was initialised again, or overwritten, "
             "meanwhile",
             sim_who(thread->number).text, thread->reason->text);
    sim_fail(message);
}

static inline void check_place(const struct sim_entry *entry)
{
    const struct sim_queue *queue = entry->queue;
    if (__builtin_expect(entry->position >= queue->count ||
                             queue->entries[entry->position] != entry,
                         0))
        report_lost(entry->thread);
}

void sim_queue_check(const struct sim_entry *entry)
{
    check_place(entry);
}

void sim_queue_remove(struct sim_entry *entry)
{
    struct sim_queue *queue = entry->queue;
    check_place(entry);
    entry->queue = NULL;
    struct sim_entry *last = queue->entries[--queue->count];
    if (last != entry) {
        // It may belong above the position that is free now, or below.
        sink(queue, entry->position, last);
        rise(queue, last->position, last);
    }
    if (queue->count == 0) {
        give_back(queue->entries, queue->room);
        *queue = (struct sim_queue){ 0 };
    }
}

void sim_queue_set_rank(struct sim_entry *entry, int64_t rank, uint64_t order)
{
    entry->rank = rank;
    entry->order = order;
    if (entry->queue == NULL)
        return;
    sink(entry->queue, entry->position, entry);
    rise(entry->queue, entry->position, entry);
}

// ---- Choosing ----

struct sim_thread *sim_queue_first(const struct sim_queue *queue)
{
    return queue->entries[0]->thread;
}
