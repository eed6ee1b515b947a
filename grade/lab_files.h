// The lab's own files that submissions are built with and tested by.
#ifndef GRADE_LAB_FILES_H
#define GRADE_LAB_FILES_H

#include "grade/digest.h"

// Sets `digest` to one of which files are there now. It is another one when a
// make has removed one of them or made it again.
void lab_files_digest(char digest[DIGEST_SIZE]);

#endif
