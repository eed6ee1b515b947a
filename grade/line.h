// The line of a submission that is graded.
#ifndef GRADE_LINE_H
#define GRADE_LINE_H

#include "grade/report.h"

// "83.50  2C/figure_8, fig2_2A": its score, and where it lost most; or its
// state and why. One line, which the caller frees.
char *line_of(const struct report *report);

#endif
