// All that hunts of one build have run, and how it failed: the contents of a
// journal.
#ifndef RUNNER_FINDINGS_H
#define RUNNER_FINDINGS_H

#include "runner/mix.h"
#include "runner/ranges.h"
#include "runner/result.h"
#include "runner/signatures.h"
#include "tester/lab_test.h"

#include <stdbool.h>
#include <stdint.h>

// A run of a hunt.
struct hunted {
    int test;    // Its index in findings->tests.
    int policy;  // Its index in mix.
    int seed;
};

struct failure {
    struct hunted run;
    int group;        // Of failures with one signature.
    uint64_t points;  // Scheduling points up to the failure; 0: unknown.
};

struct findings {
    const struct lab_test **tests;  // All of the program, in the lab's order.
    int n_tests;
    struct ranges *done;  // Of each test and policy; see findings_done. The
                          // cost is processor time, in microseconds.
    struct failure *failures;
    int n_failures;
    int room;  // For so many.

    // The groups, in the order in which they were found.
    struct signatures signatures;
    char **messages;  // Of each group: the first line of its first message.
};

struct findings *findings_make(void);
void findings_free(struct findings *findings);

// The seeds with which the test has run under the policy.
struct ranges *findings_done(const struct findings *findings, int test,
                             int policy);

// The number of the group of this signature. Takes over both texts, of which
// the message is used only if the group is new.
int findings_group(struct findings *findings, char *signature, char *message);

// Adds a failure. Its run must be added to those done, too.
void findings_add(struct findings *findings, struct failure failure);

// Removes failures that were added twice, and sorts them: by test, policy and
// seed.
void findings_settle(struct findings *findings);

#endif
