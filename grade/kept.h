// Is a submission graded already, as it would be now?
#ifndef GRADE_KEPT_H
#define GRADE_KEPT_H

#include "grade/grading.h"

#include <stdbool.h>

// True if OUT/NAME has the account of a grading of this submission, by these
// points, this secret, these parts and this version of raftlab; and confined as
// well as it would be now.
//   digest  of the submission; "" if it is refused for this reason
bool kept_is_graded(const struct grading *grading, const char *name,
                    const char *digest, const char *reason);

#endif
