// grades.csv: the scores of a class, for a spreadsheet.
#ifndef GRADE_CSV_H
#define GRADE_CSV_H

#include <stdbool.h>

// Writes OUT/grades.csv (RFC 4180) from the accounts in OUT: a row for each
// submission, with its name, score, state, points for each test and why a
// person should look. A spreadsheet takes none of its texts for a formula.
// False, with a line on stderr, if it cannot be written.
bool csv_write(const char *out);

#endif
