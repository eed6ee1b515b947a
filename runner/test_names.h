// Names a set of tests in few words.
#ifndef RUNNER_TEST_NAMES_H
#define RUNNER_TEST_NAMES_H

#include "runner/options.h"

#include <stdbool.h>
#include <stdio.h>

// Writes "2A: all 3; 2B: basic_agreement, rejoin". If they are too many of a
// suite: only some of the names, or their number.
//   has      of each of the options' tests: is it in the set?
//   by_name  some are named in any case
void test_names_put(FILE *to, const struct options *options, const bool *has,
                    bool by_name);

#endif
