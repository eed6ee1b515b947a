// The runs of one submission's tests, as lab's programs write them (--json). A
// file of simlab's is the word of the student's process: all of it is checked.
#ifndef GRADE_RUNS_H
#define GRADE_RUNS_H

#include "grade/known.h"

#include <stdbool.h>
#include <stdint.h>

enum run_state { RUN_PASSED, RUN_FAILED, RUN_INCONCLUSIVE };

struct run {
    enum layer layer;
    int test;       // Its place in known_tests.
    int number;     // From 1 on.
    uint64_t seed;  // 0 if isolated.
    enum run_state state;
    char *message;  // Why it did not pass, without bytes that harm a reader;
                    // NULL if it did.
    int rpcs;
    long long bytes;
    int commands;
    int saves;
    double seconds;
    double cpu_s;
    char *record;  // The name of the record's file, without a folder; or NULL.
    int call;      // In whose folder it is (work_call).
};

// All zero at first.
struct runs {
    struct run *runs;
    int n;
};

// One call of a program was asked for these runs: the numbers 1 to `runs` of
// each of the tests, with the seeds from `first_seed` on.
struct asked {
    enum layer layer;
    const int *tests;  // Their places in known_tests.
    int n_tests;
    int runs;
    uint64_t first_seed;  // Not looked at if isolated.
};

// Adds one run for each that was asked for: as the file tells it, or failed if
// the file does not tell it. The file must have only what was asked for, each
// once.
//   returns  NULL; or why the file is not believed, which the caller frees: all
//            its runs are then added as failed, with this message
char *runs_read(struct runs *runs, const char *json_file,
                const struct asked *asked);

// Adds the runs that were asked for as ones that failed, or are inconclusive,
// for this reason: the program could not run, or was ended.
void runs_add_all(struct runs *runs, const struct asked *asked,
                  enum run_state state, const char *message);

// Puts the conclusive runs of `again` in the places of inconclusive ones of the
// same layer and test, and in virtual time of the same seed. `again` gets
// those; the caller frees it.
//   returns  the number of places
int runs_repeat(struct runs *runs, struct runs *again);

void runs_free(struct runs *runs);

#endif
