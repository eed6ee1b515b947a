// Groups of runs that failed alike, and so most likely for one cause.
#ifndef RUNNER_GROUPS_H
#define RUNNER_GROUPS_H

#include "runner/options.h"
#include "runner/result.h"

// The most groups that are told in full, with their pages; the others are only
// counted. Of those that are told, the most that are explained.
#define GROUPS_TOLD      10
#define GROUPS_EXPLAINED 3

struct group {
    int test;  // The first of its runs:
    int run;   // its test's index, and its number.
    int n_runs;
    int n_tests;
    int last_test;  // Of its last run.
};

struct groups {
    int n_tests;
    int runs;            // Of each test.
    struct group *each;  // In the lab's order of their first runs.
    int n;
    // Of each run, by test and then by run: the index of its group; -1 if it
    // has passed or did not run.
    int *of;
};

// Groups the runs that did not pass.
//   results  those of the first test's runs, then those of the second's, ...
struct groups groups_make(const struct options *options,
                          const struct result *results);
void groups_free(struct groups *groups);

// The index of the run's group, or -1.
static inline int groups_of(const struct groups *groups, int test, int run)
{
    return groups->of[result_place(groups->runs, test, run)];
}

// The group's name: A, B, ..., Z, AA, AB, ... The caller frees it.
char *groups_letter(int group);

#endif
