// Why a hang hangs: who waits for whom, and where all threads stand.
#ifndef TESTER_HANG_H
#define TESTER_HANG_H

#include "tester/threads.h"

#include <stddef.h>

// Writes to stderr what holds the program up, as far as it is known, then the
// stacks, equal ones once; lines of at most 80 columns, where a name does not
// take more. Writes the first of it to `cause`; empty if nothing is known.
//
// It allocates. Locks and memory may be in any state: it reads them as they
// are, and never waits for a lock of the program.
void hang_report(const struct threads_seen *seen, char *cause, size_t size);

#endif
