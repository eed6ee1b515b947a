// The line that says how far the program has come. On a terminal a new one
// overwrites it, ten times a second. Elsewhere it stays, one every ten seconds.
#ifndef RUNNER_PROGRESS_H
#define RUNNER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool to_terminal;  // Is stdout one?
    int64_t shown_ns;  // When the line was last printed.
};

// The first line is due after the time that lies between two.
void progress_start(struct progress *progress);

// Is a line due? Then the caller prints it, and calls progress_end.
bool progress_begin(struct progress *progress);
void progress_end(const struct progress *progress);

// Removes the line, so that something else can be printed.
void progress_clear(const struct progress *progress);

#endif
