// A table that may be long.
#ifndef GRADE_CLASS_LIST_H
#define GRADE_CLASS_LIST_H

#include <stdio.h>

// Writes row k of a list.
typedef void class_list_row(const void *list, int k, FILE *to);

// Writes a table of n rows below the cells of its head. A reader has to unfold
// the rows of a long one.
void class_list_put(const char *head, class_list_row *put, const void *list,
                    int n, FILE *to);

#endif
