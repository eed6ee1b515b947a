// All runs of a test within a bound: those with at most so many deviations from
// the calm run (runner/deviations.h). The calm run is that of an empty tape. It
// is asked for draws: each run with one deviation has another value of one of
// them. With a bound of 2 each of these runs is deviated from, too, at a later
// draw. Runs that fail are not deviated from.
#ifndef RUNNER_BOUND_H
#define RUNNER_BOUND_H

#include "runner/options.h"

// Makes these runs of each test, options->jobs at a time, and prints how many
// there were, and the failures: each kind once, the run that comes first. The
// same runs and the same output for whatever number of jobs, but for the times.
//   returns     the exit status
//   stopped_by  gets the signal that asked the program to stop, if any
int bound_run(const struct options *options, int *stopped_by);

#endif
