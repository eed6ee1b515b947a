// The figures that MIT's lab page of 2022 prints for its own solution.
#ifndef RUNNER_MIT_H
#define RUNNER_MIT_H

#include "tester/lab_test.h"

struct mit_figures {
    const char *suite;
    const char *name;
    double seconds;
    int rpcs;
    long long bytes;
    int commands;
};

// The figures of a test, or NULL if MIT has published none.
const struct mit_figures *mit_figures(const struct lab_test *test);

// A test's approximate seconds, for planning only.
double mit_weight(const struct lab_test *test);

#endif
