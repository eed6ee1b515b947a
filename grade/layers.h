// Runs the tests of one submission in all layers, confined.
#ifndef GRADE_LAYERS_H
#define GRADE_LAYERS_H

#include "grade/grading.h"
#include "grade/report.h"
#include "grade/work.h"

// The runs, and how they were made.
struct layers {
    struct runs runs;
    struct layer_report reports[N_LAYERS];
    const char *fallback;  // The confinement that this machine could not give;
                           // NULL: it gave all.
};

// Runs the tests that have a weight in the layers that count. Inconclusive runs
// are run again, a few times. In work->logs[layer] are the records of runs that
// failed. layers_free frees what ran.
//   digest  of the submission; the seeds follow from it
//   says    called as each layer begins
void layers_run(struct layers *layers, const struct grading *grading,
                const struct work *work, const char *digest,
                void (*says)(const char *what));

void layers_free(struct layers *layers);

#endif
