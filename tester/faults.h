// Faults of a server: crashes and pauses at any point, and clocks of a wrong
// speed. They exist in the simulator only. lab is linked with faults.c, which
// fails the test; simlab with virtual/faults.c.
#ifndef TESTER_FAULTS_H
#define TESTER_FAULTS_H

#include "raft/raft.h"

#include <stdbool.h>

// Stops every thread of this Raft at the point that it has reached. A thread
// that is in a call to the network or the persister finishes that call first. A
// call into the Raft returns at once. The Raft's memory stays as it is, and
// must not be freed.
void fault_crash(struct raft *rf);

// The number of the crashed Raft's threads that are still in a call to the
// network or the persister.
int fault_threads_outside(struct raft *rf);

// Freezes the Raft for this time. Returns at once. At the end of the pause
// another thread calls `resumed`.
void fault_pause(struct raft *rf, int ms, void (*resumed)(void *), void *arg);
bool fault_is_paused(struct raft *rf);

// Makes the clock of a server run at so many percent of the true speed.
void fault_set_clock_rate(int server, int percent);

// Waits until so many scheduling points have passed.
void fault_run_on(int points);

#endif
