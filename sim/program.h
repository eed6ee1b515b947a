// The questions that a simulated program can ask the simulator, and a check of
// its locks. It needs none of this to be simulated.
//
// make libsim delivers this file as sim.h (docs/libsim.md).
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

// Virtual nanoseconds since the program began.
int64_t sim_now_ns(void);

// Scheduling points so far. At each of them, other threads may run.
uint64_t sim_points(void);

// The number of threads that have not ended, the caller included.
int sim_thread_count(void);

// Describes all threads that have not ended, a line or more each: their names,
// their stacks, and what they wait for.
//   text  of this size; what does not fit is left out
void sim_describe_threads(char *text, size_t size);

// How many locks (mutexes, rwlocks, spin locks) the calling thread holds.
int sim_locks_held(void);

// Called before the thread returns from this function. The run fails if the
// thread holds more locks than `before`. Locks taken by a trylock do not count:
// a program may intend that later trylocks fail.
void sim_check_locks(int before, const char *function);

#endif
