#include "rt/alloc.h"
#include "rt/shared.h"
#include "tape/tape.h"

#include <stdlib.h>
#include <string.h>

// Shared with forked processes.
struct memory {
    struct tape_size n;
    struct tape_stream streams[TAPE_STREAMS];
    struct tape_draw draws[TAPE_DRAWS];
};

struct tape *tape_make(void)
{
    struct memory *memory = shared_alloc(sizeof *memory);
    struct tape *tape = alloc(sizeof *tape);
    *tape = (struct tape){ &memory->n, memory->streams, memory->draws };
    return tape;
}

void tape_free(struct tape *tape)
{
    // n is the first field of the memory.
    shared_free(tape->n, sizeof(struct memory));
    free(tape);
}

void tape_clear(struct tape *tape)
{
    *tape->n = (struct tape_size){ 0 };
}

void tape_copy_streams(struct tape *to, const struct tape *from)
{
    *to->n = (struct tape_size){ .streams = from->n->streams };
    memcpy(to->streams, from->streams, from->n->streams * sizeof *to->streams);
}

void tape_copy(struct tape *to, const struct tape *from)
{
    tape_copy_streams(to, from);
    *to->n = *from->n;
    memcpy(to->draws, from->draws, from->n->draws * sizeof *to->draws);
}

// ---- Sorting ----

static int by_kind_and_key(const void *a, const void *b)
{
    const struct tape_stream *x = a, *y = b;
    int kinds = strcmp(x->kind, y->kind);
    if (kinds != 0)
        return kinds;
    return x->key < y->key ? -1 : x->key > y->key;
}

// A kind is a word: "no-answer".
static bool is_kind(const char *kind)
{
    size_t length = strspn(kind, "abcdefghijklmnopqrstuvwxyz-");
    return length > 0 && kind[length] == '\0';
}

// Removes the draws that are none, or not behind the stream's others.
//   least  the least index of each stream's next draw
static void remove_draws(struct tape *tape, uint64_t *least)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < tape->n->draws; i++) {
        struct tape_draw draw = tape->draws[i];
        if (draw.stream >= tape->n->streams || draw.value == 0 ||
            draw.index < least[draw.stream])
            continue;
        least[draw.stream] = (uint64_t)draw.index + 1;
        tape->draws[n++] = draw;
    }
    tape->n->draws = n;
}

void tape_remove_damage(struct tape *tape)
{
    if (tape->n->streams > TAPE_STREAMS || tape->n->draws > TAPE_DRAWS)
        tape_clear(tape);
    uint64_t *least = alloc(tape->n->streams * sizeof *least);
    for (uint32_t i = 0; i < tape->n->streams; i++) {
        struct tape_stream *stream = &tape->streams[i];
        stream->kind[TAPE_NAME_SIZE - 1] = '\0';
        stream->thread[TAPE_NAME_SIZE - 1] = '\0';
        least[i] = is_kind(stream->kind) ? 0 : UINT64_MAX;
    }
    remove_draws(tape, least);
    free(least);
}

// Counts each stream's draws. Notes its number in `first`.
static void count_draws(struct tape *tape)
{
    for (uint32_t i = 0; i < tape->n->streams; i++) {
        tape->streams[i].first = i;
        tape->streams[i].count = 0;
    }
    for (uint32_t i = 0; i < tape->n->draws; i++)
        tape->streams[tape->draws[i].stream].count++;
}

// Sorts the streams, and removes those without draws.
static void sort_streams(struct tape *tape)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < tape->n->streams; i++) {
        if (tape->streams[i].count > 0)
            tape->streams[n++] = tape->streams[i];
    }
    tape->n->streams = n;
    qsort(tape->streams, n, sizeof *tape->streams, by_kind_and_key);
}

// Moves each draw to its stream.
//   number  of each stream, by its old number
static void sort_draws(struct tape *tape, const uint32_t *number)
{
    uint32_t *place = alloc((tape->n->streams + 1) * sizeof *place);
    for (uint32_t i = 0; i < tape->n->streams; i++)
        place[i] = tape->streams[i].first;
    size_t size = tape->n->draws * sizeof *tape->draws;
    struct tape_draw *old = alloc(size);
    memcpy(old, tape->draws, size);
    for (uint32_t i = 0; i < tape->n->draws; i++) {
        struct tape_draw draw = old[i];
        draw.stream = number[draw.stream];
        tape->draws[place[draw.stream]++] = draw;
    }
    free(old);
    free(place);
}

void tape_sort(struct tape *tape)
{
    tape_remove_damage(tape);
    count_draws(tape);
    uint32_t *number = alloc((tape->n->streams + 1) * sizeof *number);
    sort_streams(tape);
    uint32_t first = 0;
    for (uint32_t i = 0; i < tape->n->streams; i++) {
        struct tape_stream *stream = &tape->streams[i];
        number[stream->first] = i;
        stream->first = first;
        first += stream->count;
    }
    sort_draws(tape, number);
    free(number);
}
