// account.json: how a score came about, for staff. It is written last: where it
// is, the submission is graded.
#ifndef GRADE_ACCOUNT_H
#define GRADE_ACCOUNT_H

#include "grade/report.h"

#include <stdbool.h>

// Writes the file by grade/store. False if it could not; errno says why.
bool account_write(const struct report *report, const char *path);

#endif
