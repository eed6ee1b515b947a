#include "runner/deviations.h"

#include <assert.h>
#include <string.h>

#define N_OF_LARGE 3

static bool is_reduced(const char *kind, uint64_t bound)
{
    return bound > DEVIATIONS_SMALL && !tape_is_of_schedule(kind);
}

uint64_t deviations_of_draw(const char *kind, uint64_t bound)
{
    return is_reduced(kind, bound) ? N_OF_LARGE : bound - 1;
}

uint64_t deviations_value(const char *kind, uint64_t bound, uint64_t choice)
{
    uint64_t greatest = bound - 1;
    const uint64_t of_large[N_OF_LARGE] = { 1, greatest / 2, greatest };
    return is_reduced(kind, bound) ? of_large[choice] : choice + 1;
}

static const char *kind_of(const struct tape *asked, uint32_t i)
{
    return asked->streams[asked->draws[i].stream].kind;
}

static uint64_t of_asked(const struct tape *asked, uint32_t i)
{
    return deviations_of_draw(kind_of(asked, i), asked->draws[i].value);
}

uint64_t deviations_of_run(const struct tape *asked)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < asked->n->draws; i++)
        n += of_asked(asked, i);
    return n;
}

bool deviations_take(struct cursor *cursor, const struct tape *asked,
                     struct deviations *to)
{
    while (cursor->asked < asked->n->draws &&
           cursor->choice >= of_asked(asked, cursor->asked))
        *cursor = (struct cursor){ cursor->asked + 1, 0 };
    if (cursor->asked >= asked->n->draws)
        return false;
    assert(to->n < MAX_BOUND);
    const struct tape_draw *draw = &asked->draws[cursor->asked];
    struct deviation *deviation = &to->each[to->n++];
    *deviation = (struct deviation){ .asked = cursor->asked,
                                     .stream = asked->streams[draw->stream],
                                     .draw = *draw };
    const char *kind = deviation->stream.kind;
    deviation->is_reduced = is_reduced(kind, draw->value);
    deviation->draw.value = deviations_value(kind, draw->value, cursor->choice);
    cursor->choice++;
    return true;
}

int deviations_compare(const struct deviations *a, const struct deviations *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (int i = 0; i < a->n; i++) {
        const struct deviation *x = &a->each[i], *y = &b->each[i];
        if (x->asked != y->asked)
            return x->asked < y->asked ? -1 : 1;
        if (x->draw.value != y->draw.value)
            return x->draw.value < y->draw.value ? -1 : 1;
    }
    return 0;
}

// ---- Tapes ----

// The number of the stream on the tape. It is added if it is new.
static uint32_t find(struct tape *tape, const struct tape_stream *stream)
{
    for (uint32_t i = 0; i < tape->n->streams; i++) {
        if (strcmp(tape->streams[i].kind, stream->kind) == 0 &&
            tape->streams[i].key == stream->key)
            return i;
    }
    return tape_add_stream(tape, stream->kind, stream->key, stream->thread);
}

void deviations_put(const struct deviations *from, struct short_tape *to)
{
    *to = (struct short_tape){ 0 };
    to->tape = (struct tape){ &to->n, to->streams, to->draws };
    for (int i = 0; i < from->n; i++) {
        struct tape_draw draw = from->each[i].draw;
        draw.stream = find(&to->tape, &from->each[i].stream);
        to->streams[draw.stream].length = draw.index + 1;
        to->draws[to->n.draws++] = draw;
    }
    tape_sort(&to->tape);
}
