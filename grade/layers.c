#include "grade/layers.h"

#include "grade/call.h"
#include "grade/turn.h"
#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

// A test whose first runs have all failed is not run with more seeds.
#define FIRST_SEEDS 10

// Inconclusive runs are run again so often; in virtual time with so many seeds
// at most.
#define REPEATS      3
#define REPEAT_SEEDS 20

// A test of which some isolated runs pass and some fail is run so often in all:
// of three runs, one that fails by a rare bug would weigh too much.
#define RUNS_IF_MIXED 10

// Isolated runs mostly wait, so a processor bears a few at the same time. The
// memory that they may take together is the same on a machine with many.
#define JOBS_A_CPU    4
#define MOST_ISOLATED 16

#define MAX_SEED 1000000000  // Of simlab.

struct running {
    struct layers *layers;
    const struct grading *grading;
    const struct work *work;
};

// Runs what was asked for, adds the runs, and counts the time. False if it
// stood still until its time was over: more of its kind would last as long.
static bool ask(struct running *running, const struct asked *asked, int jobs,
                struct runs *runs)
{
    if (asked->n_tests == 0 || asked->runs == 0)
        return true;
    struct layers *layers = running->layers;
    struct end_of_command end = call_run(runs, asked, running->work, jobs);
    layers->reports[asked->layer].seconds += end.seconds;
    layers->reports[asked->layer].cpu_seconds += end.cpu_s;
    if (end.fallback != NULL)
        layers->fallback = end.fallback;
    return end.end != END_TIME;
}

// ---- Which tests ----

// The tests that have a weight and exist in this layer. free() frees *tests.
static int weighed_tests(const struct grading *grading, enum layer layer,
                         int **tests)
{
    int n = 0;
    *tests = alloc((size_t)known_count * sizeof(**tests));
    for (int i = 0; i < grading->points.n; i++) {
        const struct weighed *weighed = &grading->points.weighed[i];
        for (int k = 0; k < weighed->n_tests; k++)
            if (known_is_in(weighed->tests[k], layer))
                (*tests)[n++] = weighed->tests[k];
    }
    return n;
}

static bool is_in_state(const struct run *run, const struct asked *asked,
                        int test, enum run_state state)
{
    return run->layer == asked->layer && run->test == test &&
           run->state == state;
}

static int count(const struct running *running, const struct asked *asked,
                 int test, enum run_state state)
{
    int n = 0;
    const struct runs *runs = &running->layers->runs;
    for (int i = 0; i < runs->n; i++)
        n += is_in_state(&runs->runs[i], asked, test, state);
    return n;
}

// ---- Again, what was inconclusive ----

// Sets `again` to the tests that have inconclusive runs, and the most of one
// test.
static void find_inconclusive(const struct running *running,
                              const struct asked *asked, int *tests,
                              struct asked *again)
{
    *again = *asked;
    again->tests = tests;
    again->n_tests = 0;
    again->runs = 0;
    for (int i = 0; i < asked->n_tests; i++) {
        int n = count(running, asked, asked->tests[i], RUN_INCONCLUSIVE);
        if (n > 0)
            tests[again->n_tests++] = asked->tests[i];
        if (n > again->runs)
            again->runs = n;
    }
}

// False as ask.
static bool repeat(struct running *running, const struct asked *again, int jobs)
{
    struct runs runs = { 0 };
    bool moved = ask(running, again, jobs, &runs);
    running->layers->reports[again->layer].repeats +=
        again->n_tests * again->runs;
    runs_repeat(&running->layers->runs, &runs);
    runs_free(&runs);
    return moved;
}

// Runs them again, fewer at the same time each time: the machine may have been
// too busy.
static void repeat_isolated(struct running *running, const struct asked *asked,
                            int jobs)
{
    int *tests = alloc((size_t)asked->n_tests * sizeof(*tests));
    bool moves = true;
    for (int k = 1; k <= REPEATS && moves; k++) {
        struct asked again;
        find_inconclusive(running, asked, tests, &again);
        moves = repeat(running, &again, jobs >> k > 0 ? jobs >> k : 1);
    }
    free(tests);
}

// Runs again the tests that were inconclusive with this seed. False as ask.
static bool repeat_seed(struct running *running, const struct asked *asked,
                        uint64_t seed, int *tests)
{
    struct asked again = *asked;
    again.tests = tests;
    again.n_tests = 0;
    again.runs = 1;
    again.first_seed = seed;
    const struct runs *runs = &running->layers->runs;
    for (int i = 0; i < runs->n; i++) {
        const struct run *run = &runs->runs[i];
        if (run->layer == asked->layer && run->seed == seed &&
            run->state == RUN_INCONCLUSIVE)
            tests[again.n_tests++] = run->test;
    }
    return repeat(running, &again, 1);
}

static bool has(const uint64_t *seeds, int n, uint64_t seed)
{
    bool found = false;
    for (int k = 0; k < n; k++)
        found = found || seeds[k] == seed;
    return found;
}

// Each seed runs again once, with all of its tests that were inconclusive.
static void repeat_simulated(struct running *running, const struct asked *asked)
{
    int *tests = alloc((size_t)known_count * sizeof(*tests));
    const struct runs *runs = &running->layers->runs;
    uint64_t seeds[REPEAT_SEEDS];
    int n = 0;
    bool moves = true;
    for (int i = 0; i < runs->n && n < REPEAT_SEEDS && moves; i++) {
        const struct run *run = &runs->runs[i];
        if (run->layer != asked->layer || run->state != RUN_INCONCLUSIVE ||
            has(seeds, n, run->seed))
            continue;
        seeds[n++] = run->seed;
        moves = repeat_seed(running, asked, run->seed, tests);
    }
    free(tests);
}

// ---- The layers ----

// Runs the tests more often of which some runs passed and some failed.
static void run_mixed(struct running *running, const struct asked *asked,
                      int jobs)
{
    int *tests = alloc((size_t)asked->n_tests * sizeof(*tests));
    struct asked more = *asked;
    more.tests = tests;
    more.n_tests = 0;
    more.runs = RUNS_IF_MIXED - asked->runs;
    for (int i = 0; i < asked->n_tests; i++)
        if (count(running, asked, asked->tests[i], RUN_PASSED) > 0 &&
            count(running, asked, asked->tests[i], RUN_FAILED) > 0)
            tests[more.n_tests++] = asked->tests[i];
    if (more.runs > 0)
        ask(running, &more, jobs, &running->layers->runs);
    free(tests);
}

static int isolated_jobs(const struct grading *grading)
{
    int jobs = JOBS_A_CPU * grading->cpus;
    return jobs < MOST_ISOLATED ? jobs : MOST_ISOLATED;
}

// Real time bears no company: those who run in it take turns.
static void run_isolated(struct running *running, int *tests, int n_tests)
{
    struct asked asked = { .layer = LAYER_ISOLATED,
                           .tests = tests,
                           .n_tests = n_tests,
                           .runs = running->grading->points.isolated_runs };
    int jobs = isolated_jobs(running->grading);
    int turn = turn_take(running->grading->work);
    ask(running, &asked, jobs, &running->layers->runs);
    repeat_isolated(running, &asked, jobs);
    run_mixed(running, &asked, jobs);
    repeat_isolated(running, &asked, jobs);
    turn_pass(turn);
}

// Removes the tests of which all runs have failed.
static int drop_failed(const struct running *running, const struct asked *asked,
                       int *tests)
{
    int n = 0;
    for (int i = 0; i < asked->n_tests; i++) {
        int test = asked->tests[i];
        if (count(running, asked, test, RUN_FAILED) < asked->runs)
            tests[n++] = test;
    }
    return n;
}

static int jobs_of_one(const struct grading *grading)
{
    int jobs = grading->cpus / grading->request->jobs;
    return jobs > 0 ? jobs : 1;
}

static void run_simulated(struct running *running, enum layer layer,
                          uint64_t first_seed, int *tests, int n_tests)
{
    int seeds = layer == LAYER_VIRTUAL ? running->grading->points.seeds : 1;
    int jobs = jobs_of_one(running->grading);
    struct asked asked = { .layer = layer,
                           .tests = tests,
                           .n_tests = n_tests,
                           .runs = seeds < FIRST_SEEDS ? seeds : FIRST_SEEDS,
                           .first_seed = first_seed };
    bool moves = ask(running, &asked, jobs, &running->layers->runs);

    struct asked more = asked;
    more.n_tests = drop_failed(running, &asked, tests);
    more.runs = moves ? seeds - asked.runs : 0;
    more.first_seed = first_seed + (uint64_t)asked.runs;
    ask(running, &more, jobs, &running->layers->runs);
    repeat_simulated(running, &asked);
}

static void run_layer(struct running *running, enum layer layer,
                      const char *digest)
{
    int *tests;
    int n_tests = weighed_tests(running->grading, layer, &tests);
    if (layer == LAYER_ISOLATED) {
        run_isolated(running, tests, n_tests);
    } else {
        uint64_t most = (uint64_t)(MAX_SEED - running->grading->points.seeds);
        uint64_t seed =
            secret_seed(&running->grading->secret, digest, layer, most);
        running->layers->reports[layer].first_seed = seed;
        run_simulated(running, layer, seed, tests, n_tests);
    }
    free(tests);
}

void layers_run(struct layers *layers, const struct grading *grading,
                const struct work *work, const char *digest,
                void (*says)(const char *what))
{
    static const enum layer order[N_LAYERS] = { LAYER_VIRTUAL, LAYER_TSAN,
                                                LAYER_ASAN, LAYER_ISOLATED };
    struct running running = { layers, grading, work };
    *layers = (struct layers){ 0 };
    for (int k = 0; k < N_LAYERS; k++) {
        if (!grading->points.counts[order[k]])
            continue;
        says(layer_text(order[k]));
        run_layer(&running, order[k], digest);
    }
}

void layers_free(struct layers *layers)
{
    runs_free(&layers->runs);
}
