// account.json: how a score came about, for staff. It is written last: where it
// is, the submission is graded.
#ifndef GRADE_ACCOUNT_H
#define GRADE_ACCOUNT_H

#include "grade/report.h"

#include <stdbool.h>
#include <stddef.h>

// No reader takes a file that is larger.
#define ACCOUNT_MOST_BYTES ((size_t)16 << 20)

// Of so many failures, the first ones, it tells: each run of a Raft that makes
// up its messages can be a failure of its own.
#define ACCOUNT_FAILURES 200

// Writes the file by grade/store. False if it could not; errno says why.
bool account_write(const struct report *report, const char *path);

#endif
