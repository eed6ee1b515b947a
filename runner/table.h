// Tables of the tests' figures, with MIT's beside them.
#ifndef RUNNER_TABLE_H
#define RUNNER_TABLE_H

#include "runner/options.h"
#include "runner/result.h"

// Prints one row for each test, of its one run.
//   results  one for each test, in the order of options->tests
void table_print(const struct options *options, const struct result *results);

// Prints one row for each test, of its options->runs runs: their outcomes, and
// the figures of those that passed.
//   results  the runs of the first test, then those of the second, and so on
void table_print_soak(const struct options *options,
                      const struct result *results);

#endif
