// results.json, as Gradescope wants it. It is handed back to the student: it
// has no seed and no path of this machine.
#ifndef GRADE_RESULTS_H
#define GRADE_RESULTS_H

#include "grade/report.h"

#include <stdbool.h>

// Writes the file by grade/store. False if it could not; errno says why.
bool results_write(const struct report *report, const char *path);

#endif
