// Finds the frames of the Raft under test in a stack.
#ifndef TESTER_FRAMES_H
#define TESTER_FRAMES_H

#include "rt/symbols.h"

#include <stdbool.h>
#include <stddef.h>

// No more frames of a stack are read than the innermost ones.
#define MAX_FRAMES 40

// Is this source file one of the harness?
bool frames_is_harness(const char *file);

// Describes the innermost frames of a backtrace(3) that are not the harness's,
// at most three: "log_first (raft/log.c:28), from request_vote
// (raft/election.c:120)". False, and the text untouched, if there is none.
bool frames_describe(struct symbols *symbols, void *const *frames, int count,
                     char *text, size_t size);

// Describes the calling thread's frames in the same way; "an unknown place" if
// there is none. Also called in signal handlers, where it may hang (see
// verdict.c).
void frames_describe_here(char *text, size_t size);

#endif
