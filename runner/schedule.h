// Starts the runs, several at a time.
#ifndef RUNNER_SCHEDULE_H
#define RUNNER_SCHEDULE_H

#include "runner/options.h"
#include "runner/report.h"

// Runs every test as often as the options say, and hands each result to the
// report. Returns 0 when all have ended. If a signal asks the program to stop,
// kills the running ones and returns that signal.
// The process must have no other thread, because this function forks.
int schedule_run(const struct options *options, struct report *report);

#endif
