// The tape that a run repeats, and the one that it is written to
// (tape/tape.h). Only in virtual time.
#ifndef RUNNER_TAPING_H
#define RUNNER_TAPING_H

#include "runner/options.h"

// Reads options->tape, if there is one, into options->repeated, and the seed
// from it. Returns the name of its test, "raft_2B/rejoin", which the caller
// frees; NULL without a tape.
char *taping_read(struct options *options);

// Makes options->written, if there is to be one.
void taping_start(struct options *options);

// Writes a sorted tape to options->save_tape. False, with a line on stderr, if
// that could not be done.
//   from  what made it, in a word
bool taping_write(const struct options *options, const struct tape *tape,
                  const char *from);

// Writes options->written to its file. Returns `status`, or EXIT_BAD_INPUT,
// with a line on stderr, if that could not be done.
int taping_end(const struct options *options, int status);

#endif
