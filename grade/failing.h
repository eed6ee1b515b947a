// The tests that a class fails.
#ifndef GRADE_FAILING_H
#define GRADE_FAILING_H

#include "grade/graded.h"

#include <stdio.h>

// Writes a table of the tests in which a run of some submission failed, those
// of the most submissions first.
void failing_put(const struct graded_class *class, FILE *to);

#endif
