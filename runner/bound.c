#include "runner/bound.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "runner/bound_report.h"
#include "runner/deviations.h"
#include "runner/pool.h"
#include "runner/progress.h"
#include "tape/tape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define COLUMNS 79

// A run that goes on in the pool's job of the same index.
struct slot {
    struct options options;  // Of its runs.
    struct deviations run;
    struct short_tape tape;  // Of the run.
    bool is_chosen;          // The run is still to be started.

    // Of a run with so many deviations, which passed: the draws that it was
    // asked for, and the next deviation from it. Of the calm run all slots have
    // the same.
    struct tape *asked[MAX_BOUND];
    struct cursor next[MAX_BOUND];
};

static const struct cursor at_end = { .asked = UINT32_MAX };

struct search {
    const struct options *options;
    struct pool pool;
    struct slot *slots;
    struct bound_report report;
    int stopped_by;  // A signal; 0: none.

    struct bound_test *test;  // Its runs are made.
    struct tape *calm;        // The draws that its calm run was asked for.
    struct cursor next;       // The next deviation from it.

    struct progress progress;
};

// ---- Progress ----

// "12345 of 27670 runs, 3 failed: 2B_figure_8"
static void show_progress(struct search *s)
{
    if (!progress_begin(&s->progress))
        return;
    int begun = printf("%llu ", (unsigned long long)s->test->n_runs);
    if (s->test->n_expected > 0)
        begun += printf("of %llu ", (unsigned long long)s->test->n_expected);
    begun +=
        printf("runs, %llu failed: ", (unsigned long long)s->test->n_failed);
    printf("%.*s", begun < COLUMNS ? COLUMNS - begun : 0, s->test->test->name);
    progress_end(&s->progress);
}

// ---- What runs next ----

static struct cursor *next_of(struct search *s, struct slot *slot)
{
    return slot->run.n == 0 ? &s->next : &slot->next[slot->run.n];
}

// Chooses the slot's next run: a deviation from its last one; if there is none
// left, from the one that this deviated from; and so on.
static bool choose(struct search *s, struct slot *slot)
{
    for (;;) {
        struct deviations *run = &slot->run;
        if (run->n < s->options->bound &&
            deviations_take(next_of(s, slot), slot->asked[run->n], run))
            return true;
        if (run->n == 0)
            return false;
        run->n--;
    }
}

// ---- Runs that have ended ----

// Prepares the deviations from the run: all at later draws than its own.
static void end_slot(struct search *s, struct slot *slot, bool has_passed)
{
    int n = slot->run.n;
    if (n == s->options->bound)
        return;
    tape_remove_damage(slot->asked[n]);
    uint32_t later = n > 0 ? slot->run.each[n - 1].asked + 1 : 0;
    *next_of(s, slot) = has_passed ? (struct cursor){ later, 0 } : at_end;
}

static void end_run(struct search *s, int i, struct result *result)
{
    struct slot *slot = &s->slots[i];
    struct output *output = &s->pool.jobs[i].output;
    end_slot(s, slot, result->outcome == PASSED);
    if (result->outcome == FAILED)
        output_read_words(output, result);
    bound_report_run(&s->report, s->test, &slot->run, result);
    output_discard(output);
    result_free(result);
}

// ---- The search ----

// Starts the run in the slot. False if the machine cannot hold one more now.
static bool start(struct search *s, int i)
{
    struct slot *slot = &s->slots[i];
    struct job *job = &s->pool.jobs[i];
    deviations_put(&slot->run, &slot->tape);
    slot->options.repeated = &slot->tape.tape;
    slot->options.asked =
        slot->run.n < s->options->bound ? slot->asked[slot->run.n] : NULL;
    job->test = (int)(s->test - s->report.tests);
    job->run = 1;
    job->is_second = false;
    job->wants_record = false;
    if (pool_start(&s->pool, job, &slot->options))
        return true;
    if (s->pool.n_running > 0)
        return false;
    struct result result = result_not_started(errno);
    end_run(s, i, &result);
    return true;
}

static void fill(struct search *s)
{
    for (int i = 0; i < s->pool.n_jobs; i++) {
        struct slot *slot = &s->slots[i];
        while (s->pool.jobs[i].pid == 0 && s->stopped_by == 0) {
            if (!slot->is_chosen && !choose(s, slot))
                break;
            slot->is_chosen = !start(s, i);
            if (slot->is_chosen)
                return;
        }
    }
}

static void collect(struct search *s)
{
    for (int i = 0; i < s->pool.n_jobs; i++) {
        struct result result;
        if (pool_poll(&s->pool, &s->pool.jobs[i], &s->slots[i].options,
                      &result))
            end_run(s, i, &result);
    }
}

// After a signal no run is judged: what sent it may have ended runs, too.
static void await_some(struct search *s)
{
    s->stopped_by = pool_await(&s->pool);
    if (s->stopped_by == 0)
        collect(s);
}

static void run_calm(struct search *s)
{
    s->next = at_end;
    for (int i = 0; i < s->pool.n_jobs; i++)
        s->slots[i].run.n = 0;
    start(s, 0);
    while (s->pool.n_running > 0 && s->stopped_by == 0)
        await_some(s);
}

static void run_test(struct search *s)
{
    int64_t began_ns = clock_now_ns();
    run_calm(s);
    if (s->options->bound == 1 && s->test->n_failed == 0)
        s->test->n_expected = 1 + deviations_of_run(s->calm);
    fill(s);
    while (s->pool.n_running > 0 && s->stopped_by == 0) {
        await_some(s);
        fill(s);
        show_progress(s);
    }
    pool_kill(&s->pool);
    s->test->wall_s = (double)(clock_now_ns() - began_ns) / 1e9;
    progress_clear(&s->progress);
    bound_report_test(&s->report, s->test, s->stopped_by != 0);
}

// ---- The beginning and the end ----

// Runs print to files, and have one seed.
static void make_slot(struct search *s, struct slot *slot)
{
    slot->options = *s->options;
    slot->options.runs = MAX_SEED;
    slot->asked[0] = s->calm;
    for (int n = 1; n < s->options->bound; n++)
        slot->asked[n] = tape_make();
}

static void search_make(struct search *s, const struct options *options)
{
    *s = (struct search){ .options = options };
    pool_make(&s->pool, options->jobs);
    s->calm = tape_make();
    s->slots = alloc((size_t)options->jobs * sizeof(*s->slots));
    for (int i = 0; i < options->jobs; i++)
        make_slot(s, &s->slots[i]);
    bound_report_make(&s->report, options);
    progress_start(&s->progress);
}

static void search_free(struct search *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        for (int n = 1; n < s->options->bound; n++)
            tape_free(s->slots[i].asked[n]);
    }
    free(s->slots);
    tape_free(s->calm);
    bound_report_free(&s->report);
    pool_free(&s->pool);
}

int bound_run(const struct options *options, int *stopped_by)
{
    struct search search;
    search_make(&search, options);
    for (int i = 0; i < options->n_tests && search.stopped_by == 0; i++) {
        search.test = &search.report.tests[i];
        run_test(&search);
    }
    int status =
        bound_report_end(&search.report, &search.pool, &search.stopped_by);
    *stopped_by = search.stopped_by;
    search_free(&search);
    return status;
}
