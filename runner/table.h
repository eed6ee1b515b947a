// Tables of what was measured, with MIT's figures beside it.
#ifndef RUNNER_TABLE_H
#define RUNNER_TABLE_H

#include "runner/options.h"
#include "runner/result.h"

// Prints a row a test, for one run of each.
//   results  one a test, in the order of options->tests
void table_print(const struct options *options, const struct result *results);

// Prints a row a test, for options->runs of each: how they ended, and what
// those that passed took.
//   results  the runs of the first test, of the second, and so on
void table_print_soak(const struct options *options,
                      const struct result *results);

#endif
