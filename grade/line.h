// The line of a submission that is graded.
#ifndef GRADE_LINE_H
#define GRADE_LINE_H

#include "grade/report.h"

// "83.50  2C/figure_8, fig2_2A": its score, and where it lost most; or its
// state and why. One line, which the caller frees.
char *line_of(const struct report *report);

// The line of a reason that says most: the first of a compiler's errors, or the
// first one. The caller frees it.
char *line_of_reason(const char *reason);

#endif
