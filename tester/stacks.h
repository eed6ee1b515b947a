// The stacks of the process's threads, with functions and source lines.
#ifndef TESTER_STACKS_H
#define TESTER_STACKS_H

#include <stdbool.h>
#include <stddef.h>

// Prepares the process. To be called before the test starts.
void stacks_init(void);

// Prints to stderr why the program hangs, if that is known, and the stacks of
// all threads except the calling one; equal stacks are printed once.
//   cause  gets the first sentence: "deadlock: ..."; empty if unknown
void stacks_print_all(char *cause, size_t size);

// Describes a thread whose name begins with `prefix`:
// "\"server 1\" in tick_for_ever (raft.c:14)". False if there is none, or if it
// is not in the code of the Raft under test.
bool stacks_describe_thread(const char *prefix, char *text, size_t size);

// Called by the handler of crashes. If the crash was in a walk of the thread's
// own stack, it ends the walk, the thread goes on, and this does not return.
void stacks_leave_walk(void);

// The number of the process's threads; -1 if the system does not tell it. Ends
// the process if there is no file left to ask with (rt/shortage.h).
int stacks_count_threads(void);

#endif
