// Tells what a hunt has found: in the terminal, and on a page.
#ifndef RUNNER_HUNT_REPORT_H
#define RUNNER_HUNT_REPORT_H

#include "runner/findings.h"
#include "runner/options.h"
#include "runner/pool.h"

#include <stdbool.h>

struct hunt_report {
    const struct options *options;
    const struct options
        *of;  // Of each policy; with all tests of the findings.
    const struct findings *findings;  // Settled.
    const bool *chosen;               // Of the findings' tests.
    const char *folder;               // For the pages.
    struct pool *pool;                // In which nothing runs.
    long long n_runs;                 // Of the chosen tests, as the next two.
    long long n_failed;
    long long n_inconclusive;
    const struct result *inconclusive;  // One of these.
    bool has_pages;  // The shortest run of each group is shown on a page.
};

// Runs the shortest run of each of the first groups once more, for its page,
// and prints the groups. If a signal asks the program to stop meanwhile, dies
// of it at once.
void hunt_report(const struct hunt_report *report);

#endif
