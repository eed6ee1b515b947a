// Takes what a command has written out of its sandbox.
#ifndef GRADE_TAKE_OUT_H
#define GRADE_TAKE_OUT_H

#include <stdbool.h>

// Copies the regular files below the open folder `from` to the folder `to`,
// where they replace others. Nobody may write to `from` meanwhile. Links,
// devices, and names with other characters than [A-Za-z0-9_.+-] stay behind, as
// do folders below the eighth. A file's zeros become holes.
//   left     the most bytes to copy; what has been copied is subtracted
//   returns  false, with errno set, if not all could be copied: EFBIG if it
//            were too much
bool take_out(int from, const char *to, long long *left);

// May this be the name of a file that is taken over from a submission?
bool is_plain_name(const char *name);

#endif
