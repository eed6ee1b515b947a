// The draws that a run is asked for (struct sim_options: `asked`).
#include "tests/sim/harness.h"

#include "tape/tape.h"

#include <string.h>

static void draw(void)
{
    sim_draw("choice", 4, 0);
    sim_draw("delay", 1, 0);
    sim_draw("lost", 2, 0);
    rand();
}

// Runs the body by this tape. Returns its hash.
static uint64_t run(void (*body)(void), const struct tape *tape,
                    struct tape *asked)
{
    tape_clear(asked);
    struct sim_options options = { .seed = 1,
                                   .repeated = tape,
                                   .asked = asked };
    const struct outcome *outcome = simulate(body, &options);
    check(outcome->returned);
    return outcome->hash;
}

// A draw of which there is one value is no choice, nor is the turn of the only
// thread.
SIM_TEST(what_could_be_drawn_otherwise_is_noted)
{
    static const char *const kinds[] = { "choice", "lost", "number" };
    static const uint64_t bounds[] = { 4, 2, UINT64_MAX };
    struct tape *calm = tape_make(), *asked = tape_make();
    run(draw, calm, asked);
    check(asked->n->draws == 3);
    for (int i = 0; i < 3; i++) {
        const struct tape_draw *draw = &asked->draws[i];
        check(strcmp(asked->streams[draw->stream].kind, kinds[i]) == 0);
        check(draw->value == bounds[i]);
    }
    tape_free(calm);
    tape_free(asked);
}

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

static void *lock(void *unused)
{
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(&mu);
        pthread_mutex_unlock(&mu);
    }
    return unused;
}

static void lock_on_two_threads(void)
{
    pthread_t thread = start(lock, NULL);
    lock(NULL);
    join(thread);
}

static bool is_same(const struct tape *a, const struct tape *b, uint32_t i)
{
    const struct tape_draw *x = &a->draws[i], *y = &b->draws[i];
    const struct tape_stream *of_x = &a->streams[x->stream];
    const struct tape_stream *of_y = &b->streams[y->stream];
    return strcmp(of_x->kind, of_y->kind) == 0 && of_x->key == of_y->key &&
           x->index == y->index && x->value == y->value;
}

// Another turn makes another run, which is asked for the same draws up to
// there.
SIM_TEST(a_run_that_deviates_is_the_same_up_to_there)
{
    struct tape *tape = tape_make();
    struct tape *calm = tape_make(), *asked = tape_make();
    uint64_t hash = run(lock_on_two_threads, tape, calm);
    check(calm->n->draws > 10);
    for (uint32_t i = 0; i < calm->n->draws; i++) {
        const struct tape_draw *draw = &calm->draws[i];
        const struct tape_stream *stream = &calm->streams[draw->stream];
        tape_clear(tape);
        uint32_t number = tape_add_stream(tape, stream->kind, stream->key, "");
        tape->draws[tape->n->draws++] =
            (struct tape_draw){ number, draw->index, 1 };
        tape_sort(tape);
        bool is_turn = strcmp(stream->kind, "turn") == 0;
        check(run(lock_on_two_threads, tape, asked) != hash || !is_turn);
        for (uint32_t k = 0; k <= i; k++)
            check(is_same(calm, asked, k));
    }
    tape_free(tape);
    tape_free(calm);
    tape_free(asked);
}
