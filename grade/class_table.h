// The table of a class's submissions, with links to their files.
#ifndef GRADE_CLASS_TABLE_H
#define GRADE_CLASS_TABLE_H

#include "grade/graded.h"

#include <stdio.h>

// Writes the table, by name; the page's script sorts it by other columns.
void class_table_put(const struct graded_class *class, FILE *to);

#endif
