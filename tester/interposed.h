// The functions that the lab interposes between a program and libc
// (interposed.c).
#ifndef TESTER_INTERPOSED_H
#define TESTER_INTERPOSED_H

#include <stdbool.h>

// Sets *killed to true when this process sends itself SIGKILL, or another
// signal by which systems end programs: afterwards it cannot report that. To be
// called before a test starts.
void interposed_note_kill_at(bool *killed);

// From now on this process takes memory from a new heap, which gives nothing
// back: the old one may be damaged, and its locks held. For a child that ends
// soon; not for a sanitizer's program.
void interposed_use_new_heap(void);

#endif
