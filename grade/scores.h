// The scores of a class as a table in the terminal.
#ifndef GRADE_SCORES_H
#define GRADE_SCORES_H

// Prints a row for each submission that is graded in OUT: its name, its score,
// and where it lost most; in 80 columns.
void scores_print(const char *out);

#endif
