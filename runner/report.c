// Prints to stdout while tests run and when they have ended.
#include "runner/report.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "runner/failures.h"
#include "runner/mit.h"
#include "runner/progress.h"
#include "runner/rows.h"
#include "runner/table.h"
#include "runner/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

// The most bytes of a message's first line in a line about a run: few if the
// message was printed in full before, more in a soak, where it was not.
#define SHORT 160
#define WHOLE 600

struct report {
    const struct options *options;
    struct result *results;  // See result_of.
    long long n_runs;        // Of all tests.
    int64_t started_ns;

    long long count[INCONCLUSIVE + 1];  // Runs by outcome.

    // The run that ended all runs early, and after how long; run 0 if none did.
    int enough_test;
    int enough_run;
    double enough_s;
    long long
        n_died;  // Failed runs that did not count: they crashed or exited.

    // The part that is done, and the whole, in mit_weight's seconds.
    double weight_done;
    double weight_total;

    struct progress progress;  // Shown in a soak.
};

struct report *report_make(const struct options *options)
{
    struct report *report = alloc(sizeof(*report));
    report->options = options;
    report->n_runs = (long long)options->n_tests * options->runs;
    report->results = alloc((size_t)report->n_runs * sizeof(*report->results));
    report->started_ns = clock_now_ns();
    progress_start(&report->progress);
    for (int i = 0; i < options->n_tests; i++)
        report->weight_total += mit_weight(options->tests[i]) * options->runs;
    return report;
}

void report_free(struct report *report)
{
    for (long long i = 0; i < report->n_runs; i++)
        result_free(&report->results[i]);
    free(report->results);
    free(report);
}

static struct result *result_of(struct report *report, int test, int run)
{
    return &report->results[result_place(report->options->runs, test, run)];
}

static void clear_line(const struct report *report)
{
    if (options_is_soak(report->options))
        progress_clear(&report->progress);
}

static double elapsed_s(const struct report *report)
{
    return (double)(clock_now_ns() - report->started_ns) / 1e9;
}

// Notes the run if it ends all runs early (options->until).
static void note_if_enough(struct report *report, const struct job *job,
                           const struct result *result)
{
    enum until until = report->options->until;
    if (until == UNTIL_ALL_RAN || result->outcome != FAILED ||
        report_is_enough(report))
        return;
    if (until == UNTIL_FINDING && result->died) {
        report->n_died++;
        return;
    }
    report->enough_test = job->test;
    report->enough_run = job->run;
    report->enough_s = elapsed_s(report);
}

bool report_is_enough(const struct report *report)
{
    return report->enough_run > 0;
}

void report_run(struct report *report, struct job *job, struct result *result)
{
    report->count[result->outcome]++;
    report->weight_done += mit_weight(report->options->tests[job->test]);

    bool soak = options_is_soak(report->options);
    if (!soak) {
        output_show(&job->output);
        if (result->outcome != PASSED)
            result_print(result, stdout);
    }
    output_close(&job->output, result);
    note_if_enough(report, job, result);
    *result_of(report, job->test, job->run) = *result;
    fflush(stdout);
}

void report_postponed(struct report *report, struct job *job,
                      struct result *result)
{
    clear_line(report);
    if (!options_is_soak(report->options)) {
        output_show(&job->output);
        result_print(result, stdout);
    }
    output_discard(&job->output);
    failures_put_run(stdout, report->options, "INCONCLUSIVE", job->test,
                     job->run);
    fputs(": runs again by itself at the end: ", stdout);
    result_print_summary(result, WHOLE, stdout);
    putchar('\n');
    fflush(stdout);
    result_free(result);
}

static long long n_ended(const struct report *report)
{
    return report->count[PASSED] + report->count[FAILED] +
           report->count[INCONCLUSIVE];
}

void report_progress(struct report *report)
{
    if (!options_is_soak(report->options) || !progress_begin(&report->progress))
        return;

    printf("%lld of %lld runs, %lld failed", n_ended(report), report->n_runs,
           report->count[FAILED]);
    if (world_is_simulated)
        printf(", %.0f runs/s", (double)n_ended(report) / elapsed_s(report));
    if (report->count[INCONCLUSIVE] > 0)
        printf(", %lld inconclusive", report->count[INCONCLUSIVE]);
    printf(", %.0f s", elapsed_s(report));
    if (report->weight_done > 0)
        printf(", about %.0f s left",
               elapsed_s(report) *
                   (report->weight_total - report->weight_done) /
                   report->weight_done);
    progress_end(&report->progress);
}

// The name of all the tests: "2A" if they are of one suite, else "raftlab".
static const char *title(const struct options *options)
{
    for (int i = 1; i < options->n_tests; i++) {
        if (strcmp(options->tests[i]->suite, options->tests[0]->suite) != 0)
            return "raftlab";
    }
    return suite_label(options->tests[0]->suite);
}

// "WARNING raft_2A/initial_election run 7, and 2 more: ...", a line a test.
static void print_warnings(struct report *report)
{
    for (int test = 0; test < report->options->n_tests; test++) {
        int n = 0, first = 0;
        for (int run = report->options->runs; run >= 1; run--) {
            if (result_of(report, test, run)->warning == NULL)
                continue;
            n++;
            first = run;
        }
        if (n == 0)
            continue;
        failures_put_run(stdout, report->options, "WARNING", test, first);
        if (n > 1)
            printf(", and %d more", n - 1);
        printf(": %s\n", result_of(report, test, first)->warning);
        failures_print_replay(report->options, test, first);
    }
}

static void print_hashes(struct report *report)
{
    for (int test = 0; test < report->options->n_tests; test++) {
        const struct lab_test *t = report->options->tests[test];
        for (int run = 1; run <= report->options->runs; run++)
            printf("hash %s/%s seed %d: %016llx\n", t->suite, t->name,
                   options_seed(report->options, run),
                   (unsigned long long)result_of(report, test, run)->hash);
    }
}

static void print_verdict(struct report *report)
{
    printf("%s: %lld of %lld %s passed", title(report->options),
           report->count[PASSED], report->n_runs,
           options_is_soak(report->options) ? "runs" : "tests");
    if (report->count[FAILED] > 0)
        printf("; %lld failed", report->count[FAILED]);
    if (report->count[INCONCLUSIVE] > 0)
        printf("; %lld inconclusive", report->count[INCONCLUSIVE]);
    if (n_ended(report) < report->n_runs)
        printf("; %lld not run", report->n_runs - n_ended(report));
    puts(report->count[PASSED] == report->n_runs ? "." : "");
}

// "ended by raft_2B/concurrent_starts seed 17 after 2.1 s, 0 died: <first
// line>", for programs to read; or "ended by no failure after 60.2 s, 3 died".
static void print_enough(struct report *report)
{
    if (!report_is_enough(report)) {
        printf("ended by no failure after %.1f s, %lld died\n",
               elapsed_s(report), report->n_died);
        return;
    }
    const struct lab_test *t = report->options->tests[report->enough_test];
    const struct result *result =
        result_of(report, report->enough_test, report->enough_run);
    printf("ended by %s/%s %s %d after %.1f s, %lld died: ", t->suite, t->name,
           world_is_simulated ? "seed" : "run",
           options_seed(report->options, report->enough_run), report->enough_s,
           report->n_died);
    result_print_summary(result, SHORT, stdout);
    putchar('\n');
}

// Prints where the output of the failed runs is.
static void print_outputs(struct report *report)
{
    for (long long i = 0; i < report->n_runs; i++) {
        if (report->results[i].log == NULL)
            continue;
        printf("outputs: %s/*.log\n", report->options->logs);
        return;
    }
}

static void print_cost(const struct report *report)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    printf("wall %.1f s, CPU %.1f s\n", elapsed_s(report),
           job_seconds(usage.ru_utime) + job_seconds(usage.ru_stime));
}

int report_end(struct report *report)
{
    const struct options *options = report->options;
    clear_line(report);
    bool all_passed = report->count[PASSED] == report->n_runs;
    if (options_is_soak(options) && (all_passed || !world_is_simulated))
        table_print_soak(options, report->results);
    else if (options->table)
        table_print(options, report->results);
    else
        putchar('\n');  // A test's last line may have no newline.
    if (options->hash)
        print_hashes(report);
    failures_print(options, report->results);
    print_warnings(report);
    if (options->until != UNTIL_ALL_RAN)
        print_enough(report);
    print_outputs(report);
    print_verdict(report);
    if (options->records != NULL)
        printf("records: %s\n", options->records);
    if (report->n_runs == 1 && report->results[0].outcome == PASSED &&
        report->results[0].page != NULL)
        printf("page: %s\n", report->results[0].page);

    // Not in a replay, whose output is the same to the byte each time.
    if (!world_is_simulated || report->n_runs > 1)
        print_cost(report);
    fflush(stdout);
    if (!rows_write(options, report->results))
        return EXIT_BAD_INPUT;
    if (report->count[PASSED] == report->n_runs)
        return EXIT_SUCCESS;
    bool inconclusive =
        report->count[INCONCLUSIVE] > 0 && report->count[FAILED] == 0;
    return inconclusive ? EXIT_INCONCLUSIVE : EXIT_FAILURE;
}
