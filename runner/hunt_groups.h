// The groups of failures that a hunt has found, counted.
#ifndef RUNNER_HUNT_GROUPS_H
#define RUNNER_HUNT_GROUPS_H

#include "runner/findings.h"
#include "runner/options.h"

#include <stdio.h>

struct hunt_group {
    int number;  // In the findings.
    long long n_failed;
    long long by_policy[MIX_N];
    bool *has;             // Of each test of the findings: it has failed so.
    struct hunted first;   // The run with the least seed.
    struct failure least;  // The failure with the fewest points.

    // Of the run that is told: see hunt_show.
    struct options options;  // With all tests of the findings.
    int run;                 // Its number, for these options.
    char *tape;              // Its file, if it is shrunk; or NULL.
    char *shrunk;            // The file of what that has changed; or NULL.
    struct result result;
};

struct hunt_groups {
    struct hunt_group *each;  // In the order in which they were found.
    int n;
};

// Counts the failures of the chosen tests.
//   chosen  of each test of the findings
struct hunt_groups hunt_groups_make(const struct findings *findings,
                                    const bool *chosen);
void hunt_groups_free(struct hunt_groups *groups);

// The names of the group's tests, in few words. The caller frees them.
//   options  with all tests of the findings
char *hunt_groups_tests(const struct options *options,
                        const struct hunt_group *group);

// Writes how often it failed so under each policy: "uniform 9, pct 8".
void hunt_groups_put_policies(const struct hunt_group *group, FILE *to);

#endif
