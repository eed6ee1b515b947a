// The head and the end of the page of a class.
#ifndef GRADE_CLASS_HEAD_H
#define GRADE_CLASS_HEAD_H

#include <stdio.h>

// Writes the page's title and style. No script may run in the page but the one
// that class_head_put_script writes, whatever texts stand between them.
void class_head_put(FILE *to);

// Writes the script that sorts a table by a column, and the end of the page.
void class_head_put_script(FILE *to);

#endif
