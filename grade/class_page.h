// index.html: the page of a class, for staff.
#ifndef GRADE_CLASS_PAGE_H
#define GRADE_CLASS_PAGE_H

#include <stdbool.h>

// Writes OUT/index.html from the accounts in OUT: one file, which needs no
// other, with links to the files of each submission. Looks for submissions that
// are alike in OUT/NAME/source/, where each has its .c and .h files; without
// them it is not among those compared. False, with a line on stderr, if it
// cannot be written.
bool class_page_write(const char *out);

#endif
