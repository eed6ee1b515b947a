// The deviations of a run from the calm one. A deviation is a draw that is not
// 0. A run is asked for draws, one after the other; at each of them another run
// deviates, and is the same up to there.
#ifndef RUNNER_DEVIATIONS_H
#define RUNNER_DEVIATIONS_H

#include "tape/tape.h"

#include <stdbool.h>
#include <stdint.h>

#define MAX_BOUND 2  // The most deviations of a run.

// Of a draw with at most so many values all of them are tried.
#define DEVIATIONS_SMALL 8

struct deviation {
    uint32_t asked;  // The place of its draw among those that were asked for.
    struct tape_stream stream;
    struct tape_draw draw;
    bool is_reduced;  // Not all values of the draw are tried.
};

// A run: its deviations, in the order of time.
struct deviations {
    int n;
    struct deviation each[MAX_BOUND];
};

// The next deviation of a run that is to be tried.
struct cursor {
    uint32_t asked;
    uint64_t choice;  // So many of the draw's values have been tried.
};

// The number of values above 0 that are tried of a draw: all if it is of the
// schedule, or has few values. Of others the least, the middle and the
// greatest.
//   bound  as in struct sim_options: `asked`
uint64_t deviations_of_draw(const char *kind, uint64_t bound);

// The choice-th of these values, from 0 on.
uint64_t deviations_value(const char *kind, uint64_t bound, uint64_t choice);

// The number of deviations of a run that was asked for these draws.
uint64_t deviations_of_run(const struct tape *asked);

// Adds the deviation at the cursor to *to, and moves the cursor on. False if
// there is none left.
bool deviations_take(struct cursor *cursor, const struct tape *asked,
                     struct deviations *to);

// Orders runs: those with fewer deviations come first, then those that deviate
// earlier. Below 0, 0, or above 0.
int deviations_compare(const struct deviations *a, const struct deviations *b);

// A tape of deviations alone. It must not be moved.
struct short_tape {
    struct tape tape;
    struct tape_size n;
    struct tape_stream streams[MAX_BOUND];
    struct tape_draw draws[MAX_BOUND];
};

// Makes the tape of the run, sorted. Nobody needs to free it.
void deviations_put(const struct deviations *from, struct short_tape *to);

#endif
