// The picture of how the scores of a class are distributed.
#ifndef GRADE_DISTRIBUTION_H
#define GRADE_DISTRIBUTION_H

#include "grade/graded.h"

#include <stdio.h>

// Writes an SVG: for each tenth of what can be reached, the number of
// submissions in it.
void distribution_put(const struct graded_class *class, FILE *to);

#endif
