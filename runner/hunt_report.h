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
    bool is_stopped;                    // By a signal.
    bool is_hurried;  // By SIGTERM, after which SIGKILL may come soon.
    bool has_pages;   // The shortest run of each group is shown on a page.
};

// Shows the shortest run of each of the first groups (hunt_show.h), and prints
// the groups.
void hunt_report(const struct hunt_report *report);

#endif
