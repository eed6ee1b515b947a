// Reports why a program hangs: which thread waits for which, and all stacks.
#ifndef TESTER_HANG_H
#define TESTER_HANG_H

#include "tester/threads.h"

#include <stddef.h>

// Writes to stderr why the program hangs, as far as known, then the stacks,
// equal ones once. Lines have at most 80 columns, except for long names.
//   cause  gets the first cause; empty if none is known
//
// It allocates. Locks and memory may be in any state: it reads them as they
// are, and never waits for a lock of the program.
void hang_report(const struct threads_seen *seen, char *cause, size_t size);

#endif
