// Runs the shortest run of each group once more, shrunk if that can be done,
// for its page.
#ifndef RUNNER_HUNT_SHOW_H
#define RUNNER_HUNT_SHOW_H

#include "runner/hunt_groups.h"
#include "runner/hunt_report.h"

// Fills result, options and run of each group; of the first `most`, if the
// report has pages, by running it again. A signal that asks the program to stop
// ends the shrinking; another one the program.
void hunt_show(const struct hunt_report *report, struct hunt_groups *groups,
               int most);

#endif
