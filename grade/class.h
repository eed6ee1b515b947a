// Grades a class.
#ifndef GRADE_CLASS_H
#define GRADE_CLASS_H

#include "grade/grading.h"

// Grades each submission that is not graded yet, or is graded otherwise than it
// would be now; then makes the files of the class. Prints how it goes.
//   returns  the exit status: 0 if all are graded, 1 if not
int class_grade(const struct grading *grading);

// Prints the names of the submissions that class_grade would grade now, a line
// each.
//   returns  the exit status
int class_list(const struct grading *grading);

// Makes grades.csv and index.html of what is in OUT, and prints a table.
//   returns  the exit status
int class_merge(const char *out);

// The same, but looks first which results there are as they would be now. The
// others have no scores then.
int class_settle(const struct grading *grading);

#endif
