// The file account.json, read. It is of the grading's own making, but it may be
// damaged, or of another version. So everything in it is checked.
#ifndef GRADE_ACCOUNT_FILE_H
#define GRADE_ACCOUNT_FILE_H

#include "grade/graded.h"

// Reads the account of the submission `name`.
//   returns  NULL; or the first mistake, in a line that the caller frees.
//            account_file_free is for `to` in both cases
char *account_file_read(struct graded *to, const char *path, const char *name);
void account_file_free(struct graded *graded);

#endif
