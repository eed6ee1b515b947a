// The processes that grade, one for each submission. If the files of a
// submission bring one down, the others go on.
#ifndef GRADE_WORKERS_H
#define GRADE_WORKERS_H

#include "grade/one.h"

#include <stdbool.h>
#include <sys/types.h>

struct worker {
    pid_t pid;  // 0: none.
    int from;   // Its lines come from there.
    const struct submission *submission;
    double began;  // By seconds_now.
    char doing[40];
    char line[400];  // The line of the submission; "" at first.
};

// Starts a process that grades the submission. False, with a line on stderr, if
// it cannot be started.
bool worker_start(struct worker *worker, const struct grading *grading,
                  const struct submission *submission);

// Reads what it has said. True if there was something new.
bool worker_listen(struct worker *worker);

// Has it ended? Then sets `end`, and the worker has no process any more.
bool worker_has_ended(struct worker *worker, enum one *end);

// Ends those that still work. Returns when no process is left of what any
// worker started.
void workers_stop(struct worker *workers, int n);

#endif
