// Steps that the stories of several simulated tests share.
#ifndef TESTS_CRUEL_STEPS_H
#define TESTS_CRUEL_STEPS_H

#include "tester/config.h"

enum { NOBODY = -1 };

// A clock that goes this slow, or fast, leaves room for elections.
enum { SLOW_PERCENT = 70, FAST_PERCENT = 130 };

// Makes a cluster (cfg_make) and begins its test, with STORY_PATIENCE times the
// limit: many steps wait for scheduling points, and a Raft that mostly sleeps
// takes minutes of virtual time to come to them.
struct config *step_begin(const char *title, int n, enum network network,
                          enum snapshots snapshots);

// Has so many servers at least agree on a command, within 10 s; its index.
int step_agree(struct config *cfg, int expected);

// Starts the server again, connected.
void step_restart(struct config *cfg, int i);
void step_crash_and_restart(struct config *cfg, int i);  // Stops it dead first.

// Offers each server a command of its own. Returns the last to take one, or
// NOBODY.
int step_offer_to_each(struct config *cfg);

// Lets up to 4,096 scheduling points pass; few are as likely as many.
void step_run_on(struct config *cfg);

// The leader, as often as not; else any.
int step_choose_victim(struct config *cfg, int leader);

// One thing that happens to a server: it stops dead, is back at once, pauses,
// has its clock changed, is cut off, or comes back.
void step_befall(struct config *cfg, int i);

// Starts again whom a test has left crashed, and connects all.
void step_bring_back(struct config *cfg);

// Makes the network reliable, and brings all back. They catch up, without a new
// command, and then agree.
void step_heal_and_agree(struct config *cfg);

#endif
