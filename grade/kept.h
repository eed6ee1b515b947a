// Is a submission graded already, as it would be now?
#ifndef GRADE_KEPT_H
#define GRADE_KEPT_H

#include "grade/grading.h"
#include "grade/submissions.h"

#include <stdbool.h>

// True if OUT/NAME has the account of a grading of this submission, by these
// points, this secret, these parts and this version of raftlab; and confined as
// well as it would be now.
//   digest  of the submission; "" if it is refused for this reason; NULL if the
//           submission is not there
bool kept_is_graded(const struct grading *grading,
                    const struct submission *submission, const char *digest,
                    const char *reason);

// Sets whether the result in OUT/NAME is of an earlier grading, and shown as
// that. A new result that takes its place is not. It is told on stderr if
// the mark cannot be written.
void kept_set_earlier(const struct grading *grading,
                      const struct submission *submission, bool is_earlier);

// Sets it for the results whose submissions are not there any more: they are of
// an earlier grading if the points, the secret, the parts or the version are.
void kept_set_gone(const struct grading *grading,
                   const struct submissions *submissions);

#endif
