// The run's tape (tape/tape.h): the draws that a run is written to, and those
// that it repeats. Without a tape nothing here is called.
//
// The draw of a turn is a rank in the calm order. In that order the running
// thread comes first, unless it yields or has run for many points in a row. The
// others follow, the one that ran longest ago first; a new thread counts as one
// that ran when it was made. So whatever policy chose the thread, the tape
// repeats it; and with no draws at all, threads switch where they must, and
// each of them gets its turn.
//
// A random number of the program is on the tape as itself plus 1. 0 is the next
// number of a sequence that spreads evenly: with equal numbers, all servers'
// time-outs would be equal, and no election would end.
#include "tape/tape.h"
#include "sim/internal.h"
#include "sim/policy.h"

#include <string.h>

#define MAX_KINDS 32

// A stream of this run.
struct stream {
    uint64_t key;
    const char *kind;              // NULL: this place of the table is free.
    uint32_t length;               // Draws so far.
    uint32_t written;              // Its number in the written tape; or NONE.
    uint32_t asked;                // Likewise, in `asked`.
    const struct tape_draw *next;  // Of the repeated tape, up to `end`.
    const struct tape_draw *end;
};

#define NONE UINT32_MAX

// All streams of the run: a hash table by kind and key.
#define N_PLACES ((size_t)2 * TAPE_STREAMS)
static struct stream *streams;
static uint32_t n_streams;

static const struct tape *repeated;
static struct tape *written;
static struct tape *asked;  // See struct sim_options.
static const char *kinds[MAX_KINDS];
static bool yields;      // The running thread.
static uint64_t streak;  // Its points in a row.

// The random numbers drawn so far, of each server (0: of none).
static uint64_t n_numbers[SIM_MAX_RATES + 1];
static bool is_off;

static uint64_t limit_points;  // Or UINT64_MAX.

// See struct sim_options.
static int calm_percent, calm_draws_percent;
static uint64_t calm_from, calm_to;
static struct sim_rng calm;  // For both percents.

// ---- Keys ----

static uint64_t mix(uint64_t key, uint64_t number)
{
    struct sim_rng rng = { key + number * UINT64_C(0x9e3779b97f4a7c15) };
    return sim_rng_next(&rng);
}

// Puts the thread behind all others in the calm order.
static void put_last(struct sim_thread *thread)
{
    static uint64_t n;
    thread->since = ++n;
}

void sim_tape_add(struct sim_thread *thread, struct sim_thread *parent)
{
    put_last(thread);
    thread->key = mix(parent->key, ++parent->n_made);
    thread->first_key = thread->key;
    // The streams with low numbers are taken.
    thread->access_chance = sim_rng_make(sim.seed, ~thread->key);
}

// ---- Streams ----

// The number of the kind.
static int number_of(const char *kind)
{
    for (int i = 0; i < MAX_KINDS; i++) {
        if (kinds[i] == NULL)
            kinds[i] = kind;
        if (kinds[i] == kind || strcmp(kinds[i], kind) == 0)
            return i;
    }
    sim_fail("the tape has too many kinds of draws");
}

static struct stream *find(const char *kind, uint64_t key)
{
    int number = number_of(kind);
    kind = kinds[number];
    size_t place = mix(key, (uint64_t)number) % N_PLACES;
    while (streams[place].kind != NULL &&
           (streams[place].kind != kind || streams[place].key != key))
        place = (place + 1) % N_PLACES;
    struct stream *stream = &streams[place];
    if (stream->kind == NULL) {
        if (++n_streams == TAPE_STREAMS)
            sim_fail("the run has too many threads for a tape");
        *stream = (struct stream){
            .key = key, .kind = kind, .written = NONE, .asked = NONE
        };
    }
    return stream;
}

static uint64_t read_draw(struct stream *stream)
{
    while (stream->next < stream->end && stream->next->index < stream->length)
        stream->next++;
    bool found =
        stream->next < stream->end && stream->next->index == stream->length;
    return found ? stream->next->value : 0;
}

// Adds the stream's next draw to a tape.
//   number  of the stream in that tape
static void add_draw(struct tape *tape, uint32_t *number,
                     const struct stream *stream, uint64_t value)
{
    if (*number == NONE)
        *number =
            tape_add_stream(tape, stream->kind, stream->key, sim.self->name);
    if (tape->n->draws == TAPE_DRAWS)
        sim_fail("the run has too many draws for a tape");
    tape->draws[tape->n->draws++] =
        (struct tape_draw){ *number, stream->length, value };
}

uint64_t sim_tape_draw(const char *kind, uint64_t bound, uint64_t value)
{
    struct stream *stream = find(kind, sim.self->key);
    if (repeated != NULL)
        value = read_draw(stream);
    if (sim.points >= calm_from && sim.points < calm_to)
        value = 0;
    if (bound > 0 && value >= bound)
        value = bound - 1;
    if (written != NULL && value > 0)
        add_draw(written, &stream->written, stream, value);
    if (asked != NULL && bound != 1)
        add_draw(asked, &stream->asked, stream, bound > 0 ? bound : UINT64_MAX);
    stream->length++;
    if (written != NULL && stream->written != NONE)
        written->streams[stream->written].length = stream->length;
    return value;
}

// True for so many of 100 draws.
static bool is_calmed(int percent)
{
    return percent > 0 && (int)sim_rng_below(&calm, 100) < percent;
}

uint64_t sim_tape_draw_of_schedule(const char *kind, uint64_t bound,
                                   uint64_t value)
{
    return sim_tape_draw(kind, bound, is_calmed(calm_percent) ? 0 : value);
}

uint64_t sim_draw(const char *kind, uint64_t bound, uint64_t draw)
{
    if (!sim.taped || !sim.on)
        return draw;
    return sim_tape_draw(kind, bound, is_calmed(calm_draws_percent) ? 0 : draw);
}

// ---- Turns ----

// Comes `thread` before `other` in the calm order? The thread `first`, if it is
// not NULL, comes before all.
static bool is_before(const struct sim_thread *thread,
                      const struct sim_thread *other,
                      const struct sim_thread *first)
{
    if (thread == first || other == first)
        return thread == first && other != first;
    return thread->since < other->since;
}

static uint32_t rank_of(const struct sim_queue *queue,
                        const struct sim_thread *thread,
                        const struct sim_thread *first)
{
    uint32_t rank = 0;
    for (uint32_t i = 0; i < queue->count; i++)
        rank += is_before(sim_queue_at(queue, i), thread, first);
    return rank;
}

static struct sim_thread *at_rank(const struct sim_queue *queue, uint32_t rank,
                                  const struct sim_thread *first)
{
    struct sim_thread *found = NULL;
    for (uint32_t k = 0; k <= rank; k++) {
        struct sim_thread *last = found;
        found = NULL;
        for (uint32_t i = 0; i < queue->count; i++) {
            struct sim_thread *thread = sim_queue_at(queue, i);
            bool is_later = last == NULL || is_before(last, thread, first);
            if (is_later && (found == NULL || is_before(thread, found, first)))
                found = thread;
        }
    }
    return found;
}

void sim_tape_yield(void)
{
    yields = true;
}

// Counts the point, and the switch of a thread that could go on.
static void count_point(bool is_free)
{
    if (written != NULL) {
        written->n->points = sim.points;
        written->n->switches += is_free;
    }
    if (sim.points >= limit_points)
        sim_fail("the run has passed its limit of scheduling points");
}

struct sim_thread *sim_tape_next(void)
{
    struct sim_thread *self = sim.self;
    bool stays = sim_is_runnable(self) && !yields && streak < SIM_MAX_STREAK;
    yields = false;
    if (!stays)
        put_last(self);
    const struct sim_thread *first = stays ? self : NULL;

    uint64_t rank = 0;
    if (repeated == NULL)
        rank = rank_of(&sim.runnable, sim.policy->next(), first);
    rank = sim_tape_draw_of_schedule("turn", sim.runnable.count, rank);
    struct sim_thread *next =
        rank == 0 && stays ? self
                           : at_rank(&sim.runnable, (uint32_t)rank, first);

    count_point(stays && next != self);
    streak = next == self ? streak + 1 : 0;
    if (next != self)
        put_last(self);
    return next;
}

struct sim_thread *sim_tape_choose(const struct sim_queue *queue,
                                   struct sim_thread *chosen)
{
    uint32_t rank = rank_of(queue, chosen, NULL);
    rank = (uint32_t)sim_tape_draw_of_schedule("wake", queue->count, rank);
    return at_rank(queue, rank, NULL);
}

bool sim_tape_round(void)
{
    if (!sim.on)
        return true;
    struct sim_thread *self = sim.self;
    self->key = self->first_key;
    bool happens = !sim.taped || sim_tape_draw("round", 2, 1) == 1;
    // Without a tape, too: the threads made in it have the same keys then.
    self->key = mix(~self->first_key, ++self->n_rounds);
    self->n_made = 0;
    return happens;
}

// ---- The program's random numbers ----

// The next number that stands for 0: 64 bits of the R2 sequence (Roberts: "The
// unreasonable effectiveness of quasirandom sequences", 2018). The numbers of
// one server are spread evenly, and those of several servers, too.
static uint64_t next_spread(void)
{
    const struct sim_life *life = sim.self->inside;
    uint64_t server = life != NULL ? (uint64_t)life->number + 1 : 0;
    if (server > SIM_MAX_RATES)
        server = SIM_MAX_RATES;
    return server * UINT64_C(0xc13fa9a902a6328f) +
           ++n_numbers[server] * UINT64_C(0x91e10da5c79e7b1d);
}

uint64_t sim_tape_number(uint64_t number, uint64_t bound)
{
    if (!sim.taped || !sim.on || is_off)
        return number;
    uint64_t spread = next_spread();
    if (bound > 0)
        spread = (uint64_t)(((unsigned __int128)spread * bound) >> 64);
    uint64_t value =
        sim_tape_draw("number", bound > 0 ? bound + 1 : 0, number + 1);
    return value > 0 ? value - 1 : spread;
}

void sim_tape_switch(bool on)
{
    is_off = !on;
}

// ---- The beginning ----

static void load(void)
{
    for (uint32_t i = 0; i < repeated->n->streams; i++) {
        const struct tape_stream *from = &repeated->streams[i];
        struct stream *stream = find(from->kind, from->key);
        stream->next = &repeated->draws[from->first];
        stream->end = stream->next + from->count;
    }
}

void sim_tape_start(const struct sim_options *options)
{
    repeated = options->repeated;
    written = options->written;
    asked = options->asked;
    calm_percent = options->calm_percent;
    calm_draws_percent = options->calm_draws_percent;
    calm_from = options->calm_from;
    calm_to = options->calm_to;
    calm = sim_rng_make(options->seed, 5);
    limit_points =
        options->limit_points > 0 ? options->limit_points : UINT64_MAX;
    sim.taped = repeated != NULL || written != NULL;
    if (!sim.taped)
        return;
    streams = sim_reserve(N_PLACES * sizeof *streams);
    if (repeated != NULL)
        load();
}
