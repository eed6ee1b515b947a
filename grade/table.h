// The scores of a class as a table in the terminal.
#ifndef GRADE_TABLE_H
#define GRADE_TABLE_H

// Prints a row for each submission that is graded in OUT: its name, its score,
// and where it lost most; in 80 columns.
void table_print(const char *out);

#endif
