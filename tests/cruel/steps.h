// Steps that several simulated tests share.
#ifndef TESTS_CRUEL_STEPS_H
#define TESTS_CRUEL_STEPS_H

#include "tester/config.h"
#include "tests/cruel/swarm.h"

enum { NOBODY = -1, MAX_SERVERS = 7 };

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

// Offers each server a command of its own, several, or none, as the mixture
// says. Returns the last server that accepted one, or says that it leads, or
// NOBODY. A client's commands may come later, until step_bring_back returns.
int step_offer_to_each(struct config *cfg);

// Lets 1 to 4,096 scheduling points pass. The upper bound is a random power of
// two.
void step_run_on(struct config *cfg);

// Returns the leader with probability 1/2, else any server.
int step_choose_victim(struct config *cfg, int leader);

// One fault of a server, if the mixture has it: a hard crash, a crash with
// restart, a pause, another clock rate, or a lost connection; or the end of
// some of these.
void step_cause_fault(struct config *cfg, int i);

// Gives the network the faults that the mixture adds to the story's own, for
// the time until cfg_mend. Each is there with probability 1/2, if it has the
// usual amount.
void step_add_to_network(struct config *cfg);

// Causes the faults that the mixture adds to the story's own, now and then.
// Requires mend_and_agree before the test asks for progress.
//   i  the server that suffers the next one
void step_add_faults(struct config *cfg, int i);

// Cuts the links from a server, or to it, for all other servers or for some.
void step_cut_around(struct config *cfg, int i);

// Delays the messages of all links, each by its own time up to 300 ms. If the
// mixture has little of that, of one link.
void step_slow_links_down(struct config *cfg);

// Waits for the clients of step_offer_to_each, restarts crashed servers, and
// connects all.
void step_bring_back(struct config *cfg);

// Makes the network reliable, and brings all servers back. They catch up
// without a new command, and then agree.
void step_heal_and_agree(struct config *cfg);

// The same after all links are mended, and everything that is delayed has been
// delivered while all servers run. It must do no harm.
void step_mend_and_agree(struct config *cfg);

#endif
