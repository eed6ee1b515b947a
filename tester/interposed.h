// What the functions that stand in front of libc's tell (interposed.c).
#ifndef TESTER_INTERPOSED_H
#define TESTER_INTERPOSED_H

#include <stdbool.h>

// Has *killed become true when this process sends itself SIGKILL, which it
// cannot tell afterwards. Before a test starts.
void interposed_note_kill_at(bool *killed);

// From now on this process takes memory from a new heap, which gives nothing
// back: the old one may be damaged, and its locks held. For a child that ends
// soon; not for a sanitizer's program.
void interposed_use_new_heap(void);

#endif
