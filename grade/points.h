// The decisions of staff: the weight of each test, and how it is graded. Read
// from a file (grade/points, whose comments say what may stand there).
#ifndef GRADE_POINTS_H
#define GRADE_POINTS_H

#include "grade/known.h"

#include <stdbool.h>

// The credit for a test of whose runs the share p has passed; no credit for 0.
enum formula {
    FORMULA_HALF,   // 0.5^((1 - p) / half)
    FORMULA_SHARE,  // p
    FORMULA_ALL,    // 1 if p is 1, else 0
};

// A test or a group of tests that has a weight.
struct weighed {
    char *name;              // "2A/initial_election", "fig2_2A".
    double weight;           // Shared evenly by the tests of a group.
    const char *visibility;  // Gradescope's word; static.
    int *tests;              // Their places in known_tests.
    int n_tests;
    int line;  // In the points file.
};

struct points {
    struct weighed *weighed;  // In the order of the file.
    int n;
    double of;  // The sum of their weights: 100, unless parts were chosen.
    bool counts[N_LAYERS];
    int isolated_runs;  // Of each test.
    int seeds;          // Of each test in virtual time.
    enum formula formula;
    double half;  // See FORMULA_HALF.
};

// Reads the points file. With parts, only their tests are kept: `of` is the sum
// of their weights. sim_cruel is kept only if all four parts are.
//   parts    such as "2A"; NULL-terminated, or NULL for all
//   returns  NULL, or the mistake, with file and line, which the caller frees;
//            points_free is for the points in both cases
char *points_read(struct points *points, const char *path,
                  const char *const *parts);

void points_free(struct points *points);

// The credit, 0 to 1, for a share of passed runs.
double points_credit(const struct points *points, double share);

#endif
