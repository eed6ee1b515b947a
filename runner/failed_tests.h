// The table of the tests at the end: a row for those that failed so often and
// for the same causes, the last one for those that passed.
#ifndef RUNNER_FAILED_TESTS_H
#define RUNNER_FAILED_TESTS_H

#include "runner/groups.h"
#include "runner/options.h"
#include "runner/result.h"

// Prints the table. For the results see groups_make.
void failed_tests_print(const struct options *options,
                        const struct result *results,
                        const struct groups *groups);

#endif
