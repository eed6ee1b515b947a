// The roll of a class, in the folder of a grading: the submissions that were
// there when the whole class was graded last.
#ifndef GRADE_ROLL_H
#define GRADE_ROLL_H

#include "grade/submissions.h"

// Writes OUT/.roll. False, with a line on stderr, if it cannot be written.
bool roll_write(const char *out, const struct submissions *submissions);

// Reads it: names, and how they are given. False if there is none that can be
// read. submissions_free frees it.
bool roll_read(const char *out, struct submissions *submissions);

// Is one of this name there?
bool roll_has(const struct submissions *submissions, const char *name);

#endif
