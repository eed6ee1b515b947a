// Makes a tape smaller and keeps each edit after which the run fails in the
// same way and has a lower score. All edits move draws towards 0, the calmest
// one: so what is left is what mattered. Different beginnings end in different
// places. So not only the failing run is shrunk, but also runs of other seeds
// that fail alike with a schedule that is nearly calm, or with fewer faults.
// The best one counts.
#include "shrink/search.h"

#include "rt/alloc.h"
#include "rt/rng.h"

#include <stdlib.h>
#include <string.h>

// The most runs, and the most scheduling points of all runs.
#define MAX_RUNS   4000
#define MAX_POINTS UINT64_C(150000000)

// The runs and points that other seeds may take, of 100.
#define FRESH_PERCENT 20
#define N_FRESH       40  // Of each share of calm draws.
#define N_ENOUGH      60  // Of those that fail alike.
#define N_STARTS      3   // Runs that are shrunk.

// A start that is so many times as bad as the best result is not shrunk.
#define TOO_BAD 8

// The smallest part of a run's time in which all draws are dropped at once.
#define SMALLEST_PART 32

// Draws are dropped and lowered one by one again, as long as this has made the
// score lower by so many of 100.
#define WORTH_PERCENT 2

// A share of the draws is dropped so often in vain before a smaller one is
// tried.
#define PATIENCE 4

// ---- Scores ----

struct weight {
    const char *kind;
    uint64_t of_each;
};

// A reader has to think about a fault or a switch more than about a delay.
static const struct weight weights[] = {
    { "turn", 20 },  { "wake", 10 },  { "held", 5 },      { "spurious", 10 },
    { "fault", 40 }, { "lost", 40 },  { "doubled", 40 },  { "late", 40 },
    { "delay", 8 },  { "choice", 8 }, { "no-answer", 8 }, { "round", 8 },
    { "number", 4 },
};
#define OF_AN_RPC     4
#define OF_A_FAULT    20
#define POINTS_OF_ONE 200

static uint64_t weight_of(const char *kind)
{
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        if (strcmp(weights[i].kind, kind) == 0)
            return weights[i].of_each;
    }
    return 1;
}

static unsigned length_of(uint64_t value)
{
    return 64 - (unsigned)__builtin_clzll(value);
}

static uint64_t score_of(const struct tape *tape, const struct counts *counts)
{
    uint64_t score = (uint64_t)counts->rpcs * OF_AN_RPC +
                     (uint64_t)counts->faults * OF_A_FAULT +
                     tape->n->points / POINTS_OF_ONE;
    for (uint32_t i = 0; i < tape->n->streams; i++)
        score += tape->streams[i].count * weight_of(tape->streams[i].kind);
    for (uint32_t i = 0; i < tape->n->draws; i++)
        score += length_of(tape->draws[i].value);
    return score;
}

// ---- Attempts ----

struct reduction {
    struct search *search;
    struct found *best;  // The run that is shrunk.
    struct tape *edited;
    struct rng rng;
    int max_runs;
    uint64_t max_points;
};

static bool is_over(const struct reduction *r)
{
    const struct trials *trials = r->search->trials;
    return trials->n_runs >= r->max_runs || trials->n_points >= r->max_points ||
           r->search->is_stopped();
}

static void note_sibling(struct search *search)
{
    const struct trials *trials = search->trials;
    for (int i = 0; i < search->n_siblings; i++) {
        struct sibling *sibling = &search->siblings[i];
        if (strcmp(sibling->signature, trials->signature) == 0) {
            sibling->n_runs++;
            return;
        }
    }
    search->siblings =
        alloc_resize(search->siblings, (size_t)search->n_siblings + 1,
                     sizeof *search->siblings);
    search->siblings[search->n_siblings++] =
        (struct sibling){ alloc_string(trials->signature),
                          alloc_string(trials->result.message), 1 };
}

// Has the last run failed in the way that is kept?
static bool fails_alike(struct search *search)
{
    const struct trials *trials = search->trials;
    if (trials->result.outcome != FAILED || trials->was_cut_short)
        return false;
    if (strcmp(trials->signature, search->signature) == 0)
        return true;
    note_sibling(search);
    return false;
}

static void keep(struct found *found, const struct trials *trials, int seed)
{
    tape_copy(found->tape, trials->written);
    found->seed = seed;
    found->counts = *trials->counts;
    found->switches = trials->written->n->switches;
    found->points = trials->written->n->points;
    found->score = score_of(trials->written, trials->counts);
}

// Runs the plan. Keeps the run if it fails alike, and is better.
static bool attempt_plan(struct reduction *r, struct plan plan)
{
    struct search *search = r->search;
    if (is_over(r))
        return false;
    uint64_t points = r->best->points;
    plan.seed = r->best->seed;
    plan.limit_points = points + points / 8 + 2000;
    trials_run(search->trials, plan);
    if (search->progress != NULL)
        search->progress(search);
    if (!fails_alike(search) ||
        score_of(search->trials->written, search->trials->counts) >=
            r->best->score)
        return false;
    keep(r->best, search->trials, r->best->seed);
    return true;
}

// Runs the edited tape.
static bool attempt(struct reduction *r)
{
    return attempt_plan(r, (struct plan){ .repeated = r->edited });
}

// ---- Edits ----

typedef bool drops_fn(struct reduction *r, uint32_t draw, const void *arg);

// Runs the tape without the draws for which drops() is true.
static bool attempt_without(struct reduction *r, drops_fn *drops,
                            const void *arg)
{
    const struct tape *from = r->best->tape;
    struct tape *to = r->edited;
    tape_copy_streams(to, from);
    for (uint32_t i = 0; i < from->n->draws; i++) {
        if (!drops(r, i, arg))
            to->draws[to->n->draws++] = from->draws[i];
    }
    if (to->n->draws == from->n->draws)
        return false;
    tape_sort(to);
    return attempt(r);
}

// A part of the draws: one in so many of them, by chance, up to the end.
struct part {
    uint32_t first;
    uint32_t end;
    int one_in;
};

static bool is_in_part(struct reduction *r, uint32_t draw, const void *arg)
{
    const struct part *part = arg;
    return draw >= part->first && draw < part->end &&
           (part->one_in == 1 || rng_below(&r->rng, part->one_in) == 0);
}

static bool drop_part(struct reduction *r, uint32_t first, uint32_t end,
                      int one_in)
{
    struct part part = { .first = first, .end = end, .one_in = one_in };
    return attempt_without(r, is_in_part, &part);
}

// The draws of a kind are neighbours, because streams are sorted by kind.
static struct part part_of_kind(const struct tape *tape, const char *kind)
{
    struct part part = { 0 };
    for (uint32_t i = 0; i < tape->n->streams; i++) {
        const struct tape_stream *stream = &tape->streams[i];
        if (strcmp(stream->kind, kind) != 0)
            continue;
        if (part.end == 0)
            part.first = stream->first;
        part.end = stream->first + stream->count;
    }
    return part;
}

static bool drop_kind(struct reduction *r, const char *kind)
{
    struct part part = part_of_kind(r->best->tape, kind);
    return part.end > part.first && drop_part(r, part.first, part.end, 1);
}

static bool is_of_schedule(struct reduction *r, uint32_t draw, const void *arg)
{
    (void)arg;
    const struct tape *tape = r->best->tape;
    return tape_is_of_schedule(tape->streams[tape->draws[draw].stream].kind);
}

static bool is_of_other(struct reduction *r, uint32_t draw, const void *arg)
{
    return !is_of_schedule(r, draw, arg);
}

// Drops all, the whole schedule, or a whole kind.
static void drop_kinds(struct reduction *r)
{
    if (drop_part(r, 0, UINT32_MAX, 1))
        return;
    attempt_without(r, is_of_schedule, NULL);
    attempt_without(r, is_of_other, NULL);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        drop_kind(r, weights[i].kind);
}

// Drops random parts of what is left of a kind (NULL: of all): halves, then
// smaller ones.
static void drop_at_random(struct reduction *r, const char *kind)
{
    int failed = 0;
    for (int one_in = 2; !is_over(r);) {
        struct part part = { 0, r->best->tape->n->draws, 0 };
        if (kind != NULL)
            part = part_of_kind(r->best->tape, kind);
        if (part.end - part.first < 2 * (uint32_t)one_in)
            return;
        if (drop_part(r, part.first, part.end, one_in)) {
            failed = 0;
        } else if (++failed == PATIENCE) {
            failed = 0;
            one_in *= 2;
        }
    }
}

// Drops all draws of a part of the run's time: halves, then smaller parts. The
// last part comes first: the others are where they were when it has changed.
static void drop_times(struct reduction *r)
{
    for (uint64_t n = 2; n <= SMALLEST_PART && n <= r->best->tape->n->draws;
         n *= 2) {
        uint64_t size = r->best->points / n + 1;
        for (uint64_t k = n; k-- > 0;)
            attempt_plan(r, (struct plan){ .repeated = r->best->tape,
                                           .calm_from = k * size,
                                           .calm_to = k == n - 1
                                                          ? UINT64_MAX
                                                          : (k + 1) * size });
    }
}

// Drops neighbours, ever fewer at a time, down to one.
static void drop_neighbours(struct reduction *r, uint32_t at_most)
{
    uint32_t size = r->best->tape->n->draws / 2;
    if (size > at_most)
        size = at_most;
    for (; size > 0 && !is_over(r); size /= 2) {
        uint32_t end = r->best->tape->n->draws;
        while (end > 0 && !is_over(r)) {
            uint32_t first = end > size ? end - size : 0;
            drop_part(r, first, end, 1);
            // After a success, the draws before are where they were.
            end = first;
            if (end > r->best->tape->n->draws)
                end = r->best->tape->n->draws;
        }
    }
}

// Makes one draw lower.
static bool lower(struct reduction *r, uint32_t draw, uint64_t value)
{
    tape_copy(r->edited, r->best->tape);
    r->edited->draws[draw].value = value;
    return attempt(r);
}

static void lower_all(struct reduction *r)
{
    for (uint32_t i = 0; i < r->best->tape->n->draws && !is_over(r); i++) {
        const struct tape *tape = r->best->tape;
        uint64_t value = tape->draws[i].value;
        // Of a random number none is lower than another.
        if (value < 2 ||
            strcmp(tape->streams[tape->draws[i].stream].kind, "number") == 0)
            continue;
        // Each lower value once: the half of 3 is 1, and so on.
        if (lower(r, i, 1) || (value > 3 && lower(r, i, value / 2)))
            continue;
        if (value > 2)
            lower(r, i, value - 1);
    }
}

static void reduce(struct reduction *r)
{
    drop_kinds(r);
    drop_times(r);
    drop_at_random(r, "round");
    drop_at_random(r, NULL);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        drop_at_random(r, weights[i].kind);
    drop_kinds(r);
    uint64_t score;
    do {
        score = r->best->score;
        drop_neighbours(r, 64);
        lower_all(r);
    } while (!is_over(r) &&
             r->best->score <= score - score * WORTH_PERCENT / 100 - 1);
}

// ---- Starts ----

static struct found make_found(void)
{
    return (struct found){ .tape = tape_make(), .score = UINT64_MAX };
}

// Puts the last run among the starts, if it is better than the worst.
static void add_start(struct found *starts, const struct trials *trials,
                      int seed)
{
    struct found *worst = &starts[1];
    for (int i = 2; i < N_STARTS; i++) {
        if (starts[i].score > worst->score)
            worst = &starts[i];
    }
    if (score_of(trials->written, trials->counts) < worst->score)
        keep(worst, trials, seed);
}

// Tries other seeds, with schedules that are nearly calm and with fewer faults.
static void find_starts(struct search *search, struct found *starts)
{
    static const struct plan plans[] = {
        { .calm_percent = 100 },
        { .calm_percent = 100, .calm_draws_percent = 90 },
        { .calm_percent = 100, .calm_draws_percent = 50 },
        { .calm_percent = 99 },
        { .calm_percent = 99, .calm_draws_percent = 90 },
        { .calm_percent = 95 },
        { .calm_percent = 80 },
    };
    struct reduction r = { .search = search,
                           .max_runs = MAX_RUNS * FRESH_PERCENT / 100,
                           .max_points = MAX_POINTS * FRESH_PERCENT / 100 };
    int n_alike = 0;
    for (int k = 0; k < N_FRESH && n_alike < N_ENOUGH; k++) {
        for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
            int seed = search->first.seed + k;
            if (is_over(&r) || seed > MAX_SEED)
                return;
            struct plan plan = plans[i];
            plan.seed = seed;
            plan.limit_points = 4 * search->first.points;
            trials_run(search->trials, plan);
            if (search->progress != NULL)
                search->progress(search);
            if (!fails_alike(search))
                continue;
            n_alike++;
            add_start(starts, search->trials, seed);
        }
    }
}

bool search_begin(struct search *search, const struct options *options)
{
    *search = (struct search){ .trials = trials_make(options) };
    search->first = make_found();
    search->best = make_found();
    struct trials *trials = search->trials;
    trials_run(trials, (struct plan){ .repeated = options->repeated,
                                      .seed = options->first_seed });
    if (trials->signature == NULL)
        return false;
    search->signature = alloc_string(trials->signature);
    search->message = alloc_string(trials->result.message);
    keep(&search->first, trials, options->first_seed);
    return true;
}

static void copy_found(struct found *to, const struct found *from)
{
    struct tape *tape = to->tape;
    tape_copy(tape, from->tape);
    *to = *from;
    to->tape = tape;
}

// Takes the message from the best run, which runs once more: times and servers
// in it are other ones than in the first run's.
static void take_message(struct search *search)
{
    struct trials *trials = search->trials;
    trials_run(trials, (struct plan){ .repeated = search->best.tape,
                                      .seed = search->best.seed });
    if (trials->result.message == NULL)
        return;
    free(search->message);
    search->message = alloc_string(trials->result.message);
}

static int by_score(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return x->score < y->score ? -1 : x->score > y->score;
}

// Shrinks a start within its share of the runs and points that are left.
//   n_left  starts that are still to be shrunk, this one included
static void reduce_start(struct search *search, struct found *start,
                         struct tape *edited, int n_left)
{
    const struct trials *trials = search->trials;
    struct reduction r = {
        .search = search,
        .best = start,
        .edited = edited,
        .rng = { (uint64_t)search->first.seed },
        .max_runs = trials->n_runs + (MAX_RUNS - trials->n_runs) / n_left,
        .max_points = trials->n_points +
                      (MAX_POINTS - trials->n_points) / (uint64_t)n_left,
    };
    reduce(&r);
}

void search_run(struct search *search)
{
    struct found starts[N_STARTS];
    for (int i = 0; i < N_STARTS; i++)
        starts[i] = make_found();
    copy_found(&starts[0], &search->first);
    copy_found(&search->best, &search->first);
    find_starts(search, starts);
    qsort(starts, N_STARTS, sizeof *starts, by_score);

    struct tape *edited = tape_make();
    for (int i = 0; i < N_STARTS; i++) {
        if (starts[i].score / TOO_BAD > search->best.score)
            break;
        reduce_start(search, &starts[i], edited, N_STARTS - i);
        if (starts[i].score < search->best.score)
            copy_found(&search->best, &starts[i]);
    }
    take_message(search);
    tape_free(edited);
    for (int i = 0; i < N_STARTS; i++)
        tape_free(starts[i].tape);
}

void search_end(struct search *search)
{
    for (int i = 0; i < search->n_siblings; i++) {
        free(search->siblings[i].signature);
        free(search->siblings[i].message);
    }
    free(search->siblings);
    free(search->signature);
    free(search->message);
    tape_free(search->first.tape);
    tape_free(search->best.tape);
    trials_free(search->trials);
}
