// The score of a submission: what its runs are worth by the points of staff.
//
// A layer's share of a test is passed / (passed + failed): an inconclusive run
// costs nothing. The test's share p is the least of the layers that count. A
// test that exists only in virtual time has at most the share of isolated runs
// that the graded tests of its part pass: there the verdict is the student's
// word.
#ifndef GRADE_SCORE_H
#define GRADE_SCORE_H

#include "grade/points.h"
#include "grade/runs.h"

#include <stdbool.h>

struct layer_score {
    int runs;  // passed + failed + inconclusive
    int passed;
    int failed;
    int inconclusive;
};

struct test_score {
    int test;  // Its place in known_tests.
    struct layer_score layers[N_LAYERS];
    double share;
    double credit;  // 0 to 1.
    bool is_open;   // A person has to look: too few of its runs in a layer say
                    // something. No isolated one: then it has no credit yet.
};

// The score of a test or group that has a weight.
struct weighed_score {
    const struct weighed *weighed;
    double points;             // To two places.
    struct test_score *tests;  // weighed->n_tests
    int n_open;
};

struct score {
    struct weighed_score *scores;  // As points->weighed.
    int n;
    double total;  // The sum of the points.
    double of;
    int n_open;         // Tests that a person has to look at.
    char **mismatches;  // Such as "2C/figure_8 passes in virtual time and fails
                        // isolated".
    int n_mismatches;
};

// The score of these runs; of none if the submission was refused or not built.
// The points must outlive it. score_free frees it.
struct score score_of(const struct points *points, const struct runs *runs);

void score_free(struct score *score);

// The share of passed runs among those that say something; -1 if there is none.
double score_share(const struct layer_score *layer);

#endif
