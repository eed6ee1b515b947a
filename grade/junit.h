// junit.xml: a suite for each layer, a case for each test that has a weight. It
// is handed back to the student, as results.json is.
#ifndef GRADE_JUNIT_H
#define GRADE_JUNIT_H

#include "grade/report.h"

#include <stdbool.h>

// Writes the file by grade/store. False if it could not; errno says why.
bool junit_write(const struct report *report, const char *path);

#endif
