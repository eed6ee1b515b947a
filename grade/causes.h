// The causes of a class's failures: rules that were broken, and messages.
#ifndef GRADE_CAUSES_H
#define GRADE_CAUSES_H

#include "grade/graded.h"

#include <stdio.h>

// Writes a table of the causes, those of the most submissions first. Writes
// nothing if no submission has a failure.
void causes_put(const struct graded_class *class, FILE *to);

#endif
