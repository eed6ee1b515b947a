// Looks for failures for so many minutes: each test gets the same processor
// time, each policy its part of it (mix.h). A journal has the runs, so that a
// later hunt goes on where this one ended.
#ifndef RUNNER_HUNT_H
#define RUNNER_HUNT_H

#include "runner/options.h"

// Hunts, as the options say. Ends in order when a signal asks the program to
// stop. Returns the exit status: EXIT_FAILURE if a run failed, in this hunt or
// in an earlier one of the journal; else EXIT_INCONCLUSIVE if one was
// inconclusive; else EXIT_SUCCESS; EXIT_BAD_INPUT if the journal could not be
// written.
int hunt_run(const struct options *options);

#endif
