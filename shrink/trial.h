// One run of the test that is to be shrunk, in a process of its own, and what
// came of it.
#ifndef SHRINK_TRIAL_H
#define SHRINK_TRIAL_H

#include "runner/options.h"
#include "runner/result.h"
#include "tape/tape.h"

#include <stdbool.h>
#include <stdint.h>

// The counts of a run.
struct counts {
    int rpcs;  // Requests sent.
    // Messages that the network lost or doubled; links slow or cut; servers
    // crashed, paused, cut off, or whose clock was changed.
    int faults;
    int64_t end_ns;  // The virtual time of its end.
};

// Runs tests, one at a time.
struct trials {
    struct options options;   // With the one test.
    struct verdict *verdict;  // Shared with the runs' processes.
    struct counts *counts;    // Likewise.
    struct tape *written;     // By the last run; sorted.
    struct result result;     // Of the last run.
    char *signature;          // Of the last run; NULL: it passed.
    bool was_cut_short;       // The last run has passed its limit of points.
    bool was_killed;          // The last run has passed its limit of time.
    int n_runs;
    uint64_t n_points;  // Of all runs.
};

// How a run is made. All zero: from the seed.
struct plan {
    const struct tape *repeated;  // NULL: none.
    int seed;
    // See struct sim_options.
    int calm_percent;
    int calm_draws_percent;
    uint64_t calm_from, calm_to;
    uint64_t limit_points;  // The run fails after so many points; 0: never.
};

struct trials *trials_make(const struct options *options);
void trials_free(struct trials *trials);

// Runs the test. Its results stay until the next run.
void trials_run(struct trials *trials, struct plan plan);

#endif
