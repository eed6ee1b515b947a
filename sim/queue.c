// Queues of threads: of those that can run, and of those that wait for the same
// thing. A queue is an array, so that drawing one thread of many takes as long
// as of few. Under PCT the array is a binary heap with the highest priority at
// the top; under the uniform policy no thread goes before another, and it has
// no particular, but a determined, order.
#include "sim/internal.h"

#include <stdio.h>

// ---- Arrays ----

// They have room for a power of two of threads. A queue has one only while
// threads stand in it: the program may forget its lock without destroying it.
#define LEAST_ROOM 4
#define PIECE_SIZE ((size_t)64 << 10)

union array {
    union array *next;  // While it is unused.
    struct sim_thread *threads[LEAST_ROOM];
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

static void make_arrays(uint32_t room)
{
    size_t size = room * sizeof(struct sim_thread *);
    size_t n = size < PIECE_SIZE ? PIECE_SIZE / size : 1;
    char *memory = sim_reserve(n * size);
    for (size_t i = 0; i < n; i++)
        give_back(memory + i * size, room);
}

static struct sim_thread **take_array(uint32_t room)
{
    union array **list = unused_with(room);
    if (*list == NULL)
        make_arrays(room);
    union array *array = *list;
    *list = array->next;
    return array->threads;
}

static void enlarge(struct sim_queue *queue)
{
    uint32_t room = queue->room > 0 ? 2 * queue->room : LEAST_ROOM;
    struct sim_thread **threads = take_array(room);
    for (uint32_t i = 0; i < queue->count; i++)
        threads[i] = queue->threads[i];
    if (queue->room > 0)
        give_back(queue->threads, queue->room);
    queue->threads = threads;
    queue->room = room;
}

// ---- Order ----

static bool goes_before(const struct sim_thread *a, const struct sim_thread *b)
{
    return sim.policy == SIM_PCT && a->priority > b->priority;
}

static void put(struct sim_queue *queue, uint32_t position,
                struct sim_thread *thread)
{
    queue->threads[position] = thread;
    thread->position = position;
}

// Puts the thread at this position, which is free, or further up.
static void rise(struct sim_queue *queue, uint32_t position,
                 struct sim_thread *thread)
{
    while (position > 0) {
        uint32_t parent = (position - 1) / 2;
        if (!goes_before(thread, queue->threads[parent]))
            break;
        put(queue, position, queue->threads[parent]);
        position = parent;
    }
    put(queue, position, thread);
}

// Puts the thread at this position, which is free, or further down.
static void sink(struct sim_queue *queue, uint32_t position,
                 struct sim_thread *thread)
{
    for (;;) {
        uint32_t child = 2 * position + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count &&
            goes_before(queue->threads[child + 1], queue->threads[child]))
            child++;
        if (!goes_before(queue->threads[child], thread))
            break;
        put(queue, position, queue->threads[child]);
        position = child;
    }
    put(queue, position, thread);
}

void sim_queue_add(struct sim_queue *queue, struct sim_thread *thread)
{
    if (queue->count == queue->room)
        enlarge(queue);
    thread->queue = queue;
    rise(queue, queue->count++, thread);
}

// A lock in the program's memory is not safe from the program.
static _Noreturn void report_lost(const struct sim_thread *thread)
{
    char message[300];
    snprintf(message, sizeof message,
             "%s waits %s, which was initialised again, or overwritten, "
             "meanwhile",
             sim_who(thread->number).text, thread->reason->text);
    sim_fail(message);
}

void sim_queue_remove(struct sim_thread *thread)
{
    struct sim_queue *queue = thread->queue;
    if (__builtin_expect(thread->position >= queue->count, 0))
        report_lost(thread);
    thread->queue = NULL;
    struct sim_thread *last = queue->threads[--queue->count];
    if (last != thread) {
        // It may belong above the place that is free now, or below.
        sink(queue, thread->position, last);
        rise(queue, last->position, last);
    }
    if (queue->count == 0) {
        give_back(queue->threads, queue->room);
        *queue = (struct sim_queue){ 0 };
    }
}

void sim_queue_lower(struct sim_thread *thread)
{
    if (thread->queue != NULL)
        sink(thread->queue, thread->position, thread);
}

// ---- Choosing ----

struct sim_thread *sim_queue_draw(const struct sim_queue *queue)
{
    if (queue->count == 1)
        return queue->threads[0];
    return queue->threads[sim_rng_below(&sim.chance, queue->count)];
}

struct sim_thread *sim_queue_choose(const struct sim_queue *queue)
{
    return sim.policy == SIM_PCT ? queue->threads[0] : sim_queue_draw(queue);
}
