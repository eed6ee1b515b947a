// Which tests a class fails most, and by which rules and messages.
#ifndef GRADE_FAILING_H
#define GRADE_FAILING_H

#include "grade/graded.h"

#include <stdio.h>

// Writes a table of the tests that not all submissions pass, the most failed
// first, each with the commonest ways in which it fails.
void failing_put(const struct graded_class *class, FILE *to);

#endif
