// Declares a graded test that both Criterion and our runner can run.
#ifndef TESTER_LAB_TEST_H
#define TESTER_LAB_TEST_H

#include <criterion/criterion.h>

// One graded test. The tests form a list in the order of the lab.
struct lab_test {
    const char *suite;  // "raft_2A"
    const char *name;   // "initial_election"
    void (*body)(void);
    struct lab_test *next;
};

// Adds a test at the end of the list; called before main, by LAB_TEST.
void lab_test_add(struct lab_test *test);

// The first test of the list.
struct lab_test *lab_test_first(void);

// Runs the body, and writes the verdict "passed" if it returns.
void lab_test_run(const struct lab_test *test);

// Runs the test for Criterion, and judges it. Defined in runner/.
void lab_test_supervise(const struct lab_test *test);

// LAB_TEST(raft_2A, initial_election) { ... } is a Criterion test, named
// raft_2A/initial_election, and an element of the list. The body must make a
// cluster, call cfg_begin and cfg_end, and clean the cluster up.
#define LAB_TEST(suite_, name_)                                                \
    static void suite_##_##name_##_body(void);                                 \
    static struct lab_test suite_##_##name_##_test = {                         \
        #suite_, #name_, suite_##_##name_##_body, NULL                         \
    };                                                                         \
    __attribute__((constructor)) static void suite_##_##name_##_add(void)      \
    {                                                                          \
        lab_test_add(&suite_##_##name_##_test);                                \
    }                                                                          \
    Test(suite_, name_)                                                        \
    {                                                                          \
        lab_test_supervise(&suite_##_##name_##_test);                          \
    }                                                                          \
    static void suite_##_##name_##_body(void)

#endif
