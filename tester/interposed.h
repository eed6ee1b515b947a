// What the functions that stand in front of libc's tell (interposed.c).
#ifndef TESTER_INTERPOSED_H
#define TESTER_INTERPOSED_H

#include <stdbool.h>

// Has *killed become true when this process sends itself SIGKILL, which it
// cannot tell afterwards. Before a test starts.
void interposed_note_kill_at(bool *killed);

#endif
