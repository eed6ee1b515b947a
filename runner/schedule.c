// Keeps as many runs going as the options allow.
#include "runner/schedule.h"

#include "rt/alloc.h"
#include "runner/mit.h"
#include "runner/pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// A run that must be repeated: its test's index, and its number.
struct rerun {
    int test;
    int run;
};

struct schedule {
    const struct options *options;
    struct report *report;
    struct pool pool;
    int *order;           // The tests, in the order of their start.
    bool *has_record;     // Of each test: a run that has failed.
    long long next;       // The next run to start, of n_tests * runs.
    struct rerun *again;  // Inconclusive runs, to run once more at the end.
    int n_again;
    int next_again;
};

struct weighed {
    int test;
    double weight;
};

static int heavier_first(const void *a, const void *b)
{
    const struct weighed *x = a;
    const struct weighed *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->test - y->test;
}

// Makes the order of the tests. It is the lab's order if the user watches, or
// wants the first failure. Else the longest test comes first, so that no long
// one runs alone at the end.
static int *order_make(const struct options *options)
{
    size_t n = (size_t)options->n_tests;
    struct weighed *tests = alloc(n * sizeof(*tests));
    for (int i = 0; i < options->n_tests; i++)
        tests[i] = (struct weighed){ i, mit_weight(options->tests[i]) };
    if (!options_is_live(options) && options->until == UNTIL_ALL_RAN)
        qsort(tests, n, sizeof(*tests), heavier_first);

    int *order = alloc(n * sizeof(*order));
    for (int i = 0; i < options->n_tests; i++)
        order[i] = tests[i].test;
    free(tests);
    return order;
}

static void schedule_free(struct schedule *s)
{
    pool_free(&s->pool);
    free(s->has_record);
    free(s->again);
    free(s->order);
}

static bool has_next(const struct schedule *s)
{
    return s->next < (long long)s->options->n_tests * s->options->runs &&
           !report_is_enough(s->report);
}

// Called when a run has ended. If it was inconclusive for the first time, it is
// to be repeated later, when nothing else runs.
static void end_run(struct schedule *s, struct job *job, struct result *result)
{
    if (result->record != NULL && result->outcome == FAILED)
        s->has_record[job->test] = true;
    if (result->outcome != INCONCLUSIVE || job->is_second) {
        report_run(s->report, job, result);
        return;
    }
    s->again = alloc_resize(s->again, (size_t)s->n_again + 1, sizeof *s->again);
    s->again[s->n_again++] = (struct rerun){ job->test, job->run };
    report_postponed(s->report, job, result);
}

// Starts the run. False if the machine cannot hold one more now; then it is
// tried again when another has ended.
static bool start(struct schedule *s, struct job *job)
{
    job->wants_record = !s->has_record[job->test];
    bool started = pool_start(&s->pool, job, s->options);
    if (!started && s->pool.n_running > 0)
        return false;
    if (!started) {
        struct result result = result_not_started(errno);
        end_run(s, job, &result);
    }
    return true;
}

// Starts the next run: run 1 of every test, then run 2 of every test, and so
// on.
static bool start_next(struct schedule *s, struct job *job)
{
    job->test = s->order[s->next % s->options->n_tests];
    job->run = (int)(s->next / s->options->n_tests) + 1;
    job->is_second = false;
    if (!start(s, job))
        return false;
    s->next++;
    return true;
}

// Repeats the inconclusive runs one at a time, when all others have ended.
static void start_again(struct schedule *s)
{
    while (s->pool.n_running == 0 && s->next_again < s->n_again &&
           !report_is_enough(s->report)) {
        struct rerun again = s->again[s->next_again++];
        struct job *job = &s->pool.jobs[0];
        job->test = again.test;
        job->run = again.run;
        job->is_second = true;
        start(s, job);
    }
}

static void fill(struct schedule *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        struct job *job = &s->pool.jobs[i];
        while (job->pid == 0 && has_next(s)) {
            if (!start_next(s, job))
                return;
        }
    }
    start_again(s);
}

static void collect(struct schedule *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        struct job *job = &s->pool.jobs[i];
        struct result result;
        if (pool_poll(&s->pool, job, s->options, &result))
            end_run(s, job, &result);
    }
}

int schedule_run(const struct options *options, struct report *report)
{
    struct schedule s = { .options = options, .report = report };
    s.order = order_make(options);
    s.has_record = alloc((size_t)options->n_tests * sizeof(*s.has_record));
    pool_make(&s.pool, options->jobs);
    int stopped_by = 0;

    fill(&s);
    while (s.pool.n_running > 0 && stopped_by == 0) {
        stopped_by = pool_await(&s.pool);
        collect(&s);
        if (stopped_by == 0)
            fill(&s);
        report_progress(report);
    }

    pool_kill(&s.pool);
    schedule_free(&s);
    return stopped_by;
}
