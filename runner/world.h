// Real or virtual time. lab is linked with real_world.c: the system's threads
// and clocks. simlab is linked with virtual/world.c: the simulator's. isolab is
// linked with judge/world.c: real time, each server a process. lab and isolab
// share real_time.c.
#ifndef RUNNER_WORLD_H
#define RUNNER_WORLD_H

#include "runner/options.h"
#include "tester/lab_test.h"

#include <stdbool.h>

extern const bool world_is_simulated;
extern const bool world_is_isolated;

// Is this the name of a policy of the simulator (sim_policy_is_known)?
bool world_knows_policy(const char *name);

// Are accesses of the Raft's memory scheduling points? If it was built so
// (POINTS=memory).
bool world_has_access_points(void);

// Takes over what is for all runs. Called once, before them. Bad input ends the
// program.
void world_prepare(const struct options *options);

// Runs the test in this process, which has no other thread. Returns when it has
// passed; a failure ends the process.
//   seed  of the simulator; not used in real time
void world_run(const struct lab_test *test, const struct options *options,
               int seed);

#endif
