// The words that tell a student how a test went.
#ifndef GRADE_FEEDBACK_H
#define GRADE_FEEDBACK_H

#include "grade/report.h"

// How the submission went as a whole. The caller frees the text.
char *feedback_of_all(const struct report *report);

// How a test or group that has a weight went: the layers, of how many runs how
// many passed, and the first failure of each layer. The caller frees the text.
char *feedback_of(const struct report *report,
                  const struct weighed_score *score);

// The same for one layer of a test, in a line: "97 of 100 runs passed".
char *feedback_of_layer(const struct layer_score *layer);

// The words of a failure in this layer, or of an inconclusive run; NULL if each
// of its runs passed. The caller frees the text.
char *feedback_of_failure(const struct report *report, int test,
                          enum layer layer);

// Has it all of its credit?
bool feedback_is_full(const struct weighed_score *score);

#endif
