// Grades one submission.
#ifndef GRADE_ONE_H
#define GRADE_ONE_H

#include "grade/grading.h"
#include "grade/submissions.h"

#include <stdbool.h>

enum one {
    ONE_GRADED,  // Its results are in OUT/NAME.
    ONE_KEPT,    // They were there already, and nothing has changed since.
    ONE_NOT,     // The grading failed, not the submission; stderr says why.
};

// Grades the submission, or keeps what is there. Nothing half-written ever
// stands in OUT/NAME.
//   says  called with what begins, in a few words
//   line  set to what a line says of it if it was graded now; the caller frees
//   it
enum one one_grade(const struct grading *grading,
                   const struct submission *submission,
                   void (*says)(const char *what), char **line);

// Are its results there already, as they would be now?
bool one_is_graded(const struct grading *grading,
                   const struct submission *submission);

#endif
