// The search for a small run that fails in the same way.
#ifndef SHRINK_SEARCH_H
#define SHRINK_SEARCH_H

#include "shrink/trial.h"

#include <stdbool.h>
#include <stdint.h>

// A failing run.
struct found {
    struct tape *tape;  // Sorted.
    int seed;           // Of what is on no tape.
    struct counts counts;
    uint64_t switches;  // That were not forced.
    uint64_t points;
    uint64_t score;  // The lower, the better.
};

// Another failure that was met.
struct sibling {
    char *signature;
    char *message;
    int n_runs;
};

struct search {
    struct trials *trials;
    char *signature;     // Of the failure that is kept.
    char *message;       // Of the best run.
    struct found first;  // The run to be shrunk.
    struct found best;
    struct sibling *siblings;
    int n_siblings;
    void (*progress)(const struct search *search);  // Called at times; or NULL.
    bool (*is_stopped)(void);  // Is the search to end early?
};

// Runs what the options say: a tape, or a seed. False if it passes.
bool search_begin(struct search *search, const struct options *options);

// Shrinks the run. The same run gives the same result: how long it searches is
// a number of runs and of scheduling points, not a time.
void search_run(struct search *search);

void search_end(struct search *search);

#endif
