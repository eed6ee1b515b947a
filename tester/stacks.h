// Where threads stand: their stacks, with functions and source lines.
#ifndef TESTER_STACKS_H
#define TESTER_STACKS_H

#include <stdbool.h>
#include <stddef.h>

// Readies the calling process; before anything goes wrong.
void stacks_init(void);

// Prints to stderr what holds the program up, as far as it can be known, and
// the stacks of all threads but the calling one, equal ones once. `cause` gets
// the first sentence of that: "deadlock: ..."; empty if nothing is known.
void stacks_print_all(char *cause, size_t size);

// Describes where a thread stands whose name begins with `prefix`:
// "\"server 1\" in tick_for_ever (raft.c:14)". False if there is none, or it
// stands nowhere in the program under test.
bool stacks_describe_thread(const char *prefix, char *text, size_t size);

// For a handler of crashes: if it was only this thread's stack that could not
// be walked, what the thread did goes on, and this does not return.
void stacks_leave_walk(void);

// How many threads the process has.
int stacks_count_threads(void);

#endif
