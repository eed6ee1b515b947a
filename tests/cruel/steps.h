// Steps that several simulated tests share.
#ifndef TESTS_CRUEL_STEPS_H
#define TESTS_CRUEL_STEPS_H

#include "tester/config.h"

enum { NOBODY = -1 };

// A clock this slow, or this fast, still leaves time for elections.
enum { SLOW_PERCENT = 70, FAST_PERCENT = 130 };

// How patient these tests are (cfg_be_patient): virtual time costs nothing.
enum { PATIENCE = 3 };

// Makes a cluster (cfg_make) and begins its test. The time limit is
// LONG_TEST_FACTOR times the usual one: many steps wait for scheduling points,
// and a Raft whose threads mostly sleep needs minutes of virtual time to reach
// them.
struct config *step_begin(const char *title, int n, enum network network,
                          enum snapshots snapshots);

// Makes at least `expected` servers agree on a command, within 30 s. Returns
// its index.
int step_agree(struct config *cfg, int expected);

// Restarts the server and connects it.
void step_restart(struct config *cfg, int i);
void step_crash_and_restart(struct config *cfg, int i);  // A hard crash first.

// Offers each server a command of its own. Returns the last server that
// accepted one, or NOBODY.
int step_offer_to_each(struct config *cfg);

// Lets 1 to 4,096 scheduling points pass. The upper bound is a random power of
// two.
void step_run_on(struct config *cfg);

// Returns the leader with probability 1/2, else any server.
int step_choose_victim(struct config *cfg, int leader);

// One fault of a server: a hard crash, a crash with restart, a pause, another
// clock rate, or a change of its connection.
void step_cause_fault(struct config *cfg, int i);

// Restarts crashed servers, and connects all.
void step_bring_back(struct config *cfg);

// Makes the network reliable, and brings all servers back. They catch up
// without a new command, and then agree.
void step_heal_and_agree(struct config *cfg);

#endif
