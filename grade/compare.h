// Compares two gradings.
#ifndef GRADE_COMPARE_H
#define GRADE_COMPARE_H

// Prints whose score changed from one grading to the other, by how much and
// why, and which tests changed.
//   returns  as diff(1): 0 if all scores and points are the same, 1 if not, 2
//            with a line on stderr if a folder is not that of a grading
int compare_print(const char *old_out, const char *new_out);

#endif
