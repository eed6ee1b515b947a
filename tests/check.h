// The checks of the project's own tests. A failure names its place.
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include "tester/verdict.h"

// Ends the test as failed if the condition is false. Any thread may call it.
#define check(condition) check_that(condition, "not so: %s", #condition)

// The same, with a message of its own.
#define check_that(condition, format, ...)                                     \
    test_check(condition, "%s:%d: " format, __FILE__, __LINE__, ##__VA_ARGS__)

#endif
