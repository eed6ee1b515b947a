// Prints the failures at the end: those of one cause once, and which tests
// failed of which.
#ifndef RUNNER_FAILURES_H
#define RUNNER_FAILURES_H

#include "runner/options.h"
#include "runner/result.h"

#include <stdio.h>

// "WHAT raft_2B/concurrent_starts run 17"; in the simulator with the seed.
void failures_put_run(FILE *to, const struct options *options, const char *what,
                      int test, int run);

// In the simulator: writes the command that replays the run.
void failures_put_replay(FILE *to, const struct options *options, int test,
                         int run);

// In the simulator: prints the command that replays the run.
void failures_print_replay(const struct options *options, int test, int run);

// Prints a failure: its message, and in full also the command that replays it,
// its last words, and the path of its page.
//   letter  of its group; NULL: none
void failures_print_one(const struct options *options,
                        const struct result *result, int test, int run,
                        const char *letter, bool in_full);

// Prints why the run failed, by the program that reads its record, and an empty
// line. False, and nothing is printed, without the program or the record.
bool failures_print_why(const struct options *options,
                        const struct result *result);

// Prints each group of failures that are alike, then a table of the tests. The
// results are those of the first test's runs, then those of the second's, ...
void failures_print(const struct options *options,
                    const struct result *results);

#endif
