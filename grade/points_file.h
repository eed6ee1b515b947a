// The points file, read. Its comments (grade/points) say what may stand there.
#ifndef GRADE_POINTS_FILE_H
#define GRADE_POINTS_FILE_H

#include "grade/points.h"

// Adds all of the file to `points`, which is empty.
//   returns  NULL, or the mistake, with file and line, which the caller frees
char *points_file_read(struct points *points, const char *path);

#endif
