// Finds what a process that crashed has printed last, or what its sanitizer has
// reported.
#ifndef RUNNER_WORDS_H
#define RUNNER_WORDS_H

#include <stddef.h>

// Finds them in the end of a run's output: the sanitizer's first report, of
// each of its stacks the heading and the first function of the Raft; or the
// last line. The caller frees the lines; NULL if there are none.
//   raft  the Raft's folder, as it stands before its files' names
char *words_find(const char *text, size_t size, const char *raft);

#endif
