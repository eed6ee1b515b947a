// Small pieces of memory that were freed, and wait to be allocated again. In
// virtual time a run frees and allocates dozens of pieces of one size at a time
// (the entries of an RPC). libc has only seven of a size at hand, and searches
// for more.
//
// Nothing here locks: simulated threads share one thread of the system.
#ifndef TESTER_FREED_H
#define TESTER_FREED_H

#include <stdbool.h>
#include <stddef.h>

// From now on pieces that are freed are kept.
void freed_keep(void);

// A piece of at least this size; NULL: none is kept.
void *freed_take(size_t size);

// Keeps a piece that was allocated by libc. False: it is not one to be kept.
bool freed_put(void *memory);

#endif
