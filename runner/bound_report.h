// Counts the runs within a bound (runner/bound.h), and tells what came of them.
#ifndef RUNNER_BOUND_REPORT_H
#define RUNNER_BOUND_REPORT_H

#include "runner/deviations.h"
#include "runner/options.h"
#include "runner/pool.h"
#include "runner/result.h"
#include "runner/signatures.h"

#include <stdbool.h>
#include <stdint.h>

// Of the runs of one test.
struct bound_test {
    const struct lab_test *test;
    uint64_t n_expected;  // How many runs there are, if that is known; else 0.
    uint64_t n_runs;
    uint64_t n_failed;
    uint64_t n_inconclusive;
    bool is_reduced;  // Of some draws not all values were tried.
    double cpu_s;
    double wall_s;
};

// The last deviations of runs, of one kind.
struct bound_kind {
    char name[TAPE_NAME_SIZE];
    uint64_t n;
    bool is_reduced;  // As in struct bound_test.
};

// Failures that are alike.
struct bound_group {
    const struct bound_test *test;  // Of the first run:
    struct deviations first;        // the least one of the first test.
    char *message;
    uint64_t n_runs;
};

struct bound_report {
    const struct options *options;
    struct bound_test *tests;  // options->n_tests of them.
    struct bound_kind *kinds;
    int n_kinds;
    struct signatures signatures;
    struct bound_group *groups;  // Of each signature.
    char *inconclusive;          // What the first such run says; or NULL.
    bool is_stopped;             // Not all runs were made.
};

void bound_report_make(struct bound_report *report,
                       const struct options *options);
void bound_report_free(struct bound_report *report);

// Counts a run that has ended.
void bound_report_run(struct bound_report *report, struct bound_test *test,
                      const struct deviations *run,
                      const struct result *result);

// Prints how many runs the test had, and what that shows.
//   stopped  before all of them were made
void bound_report_test(struct bound_report *report,
                       const struct bound_test *test, bool stopped);

// Prints the failures, each kind once, and all counts. Runs the first of each
// kind again, with a record; its tape, record and page get a folder in that of
// the logs. Returns the exit status.
//   pool        in which nothing runs
//   stopped_by  set to a signal that asks the program to stop meanwhile: then
//               the other failures are only counted
int bound_report_end(struct bound_report *report, struct pool *pool,
                     int *stopped_by);

#endif
