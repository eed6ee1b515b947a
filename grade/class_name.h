// The cell of a submission's name.
#ifndef GRADE_CLASS_NAME_H
#define GRADE_CLASS_NAME_H

#include <stdio.h>

// Writes the cell: the name that it was handed in with, and the name of its
// folder below, if that is another. `given` as in struct submission.
void class_name_put(const char *name, const char *given, FILE *to);

#endif
