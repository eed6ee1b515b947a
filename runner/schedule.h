// Which run goes next, and how many go at once.
#ifndef RUNNER_SCHEDULE_H
#define RUNNER_SCHEDULE_H

#include "runner/options.h"
#include "runner/report.h"

// Runs every test as often as the options say, and tells the report about
// each run. Returns 0 when all have ended; or, if a signal asks the program
// to stop, that signal, after the running ones have been killed.
//   threads  the process must have no other: it forks
int schedule_run(const struct options *options, struct report *report);

#endif
