// Declares a unit test.
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include "tester/lab_test.h"
#include "tests/check.h"

#include <sys/types.h>

// UNIT_TEST(channel, keeps_order) { ... } is the test unit/channel_keeps_order.
#define UNIT_TEST(module_, name_)                                              \
    static void module_##_##name_##_test(void);                                \
    LAB_TEST(unit, module_##_##name_)                                          \
    {                                                                          \
        unit_run(#module_ "_" #name_, module_##_##name_##_test);               \
    }                                                                          \
    static void module_##_##name_##_test(void)

// Runs the body of a test under a watchdog, with a title above its "... Passed"
// line and its time in it.
void unit_run(const char *name, void (*body)(void));

// Forks a process. Its end says nothing about the test; the caller judges it.
// Returns as fork does. The test must have no other thread: under
// ThreadSanitizer the process could start none.
pid_t unit_fork(void);

#endif
