// The world that a run lives in. A program is linked with one of the two:
// real_world.c, ordinary threads and clocks, or virtual/world.c, the simulator.
#ifndef RUNNER_WORLD_H
#define RUNNER_WORLD_H

#include "runner/options.h"
#include "tester/lab_test.h"

#include <stdbool.h>

extern const bool world_is_simulated;

// Runs the test in this process, which has no other thread, and returns when
// it has passed; a failure ends the process.
//   seed  decides everything in the simulator; not used in real time
void world_run(const struct lab_test *test, const struct options *options,
               int seed);

#endif
