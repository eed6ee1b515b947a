// What befalls a server from outside, in the middle of anything: only the
// simulator can do it. A program is linked with one of the two: faults.c, which
// fails the test, or virtual/faults.c.
#ifndef TESTER_FAULTS_H
#define TESTER_FAULTS_H

#include "raft/raft.h"

#include <stdbool.h>

// Stops every thread of this Raft dead. What it has called outside, the network
// or its persister, ends first; whoever has called it comes back at once. Its
// memory stays as it is, and must not be freed.
void fault_crash(struct raft *rf);

// How many of the crashed Raft's threads are still in what they had called.
int fault_threads_outside(struct raft *rf);

// Freezes the Raft for this time; returns at once.
void fault_pause(struct raft *rf, int ms);
bool fault_is_paused(struct raft *rf);

// Makes the clock of a server go at so many percent of the world's speed.
void fault_set_clock_rate(int server, int percent);

// Waits until so many scheduling points have passed.
void fault_run_on(int points);

#endif
