// Other programs that the runner runs.
#ifndef RUNNER_PROGRAM_H
#define RUNNER_PROGRAM_H

#include <stdbool.h>

// Runs argv[0] with these arguments to its end. Returns whether it succeeded;
// says on stderr if it cannot be run, or fails.
//   to  the file for its output; NULL: where the runner's goes
bool program_run(char *const argv[], const char *to);

#endif
