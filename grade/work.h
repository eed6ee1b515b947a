// The folders of a submission that is being graded.
#ifndef GRADE_WORK_H
#define GRADE_WORK_H

#include "grade/layer.h"

#include <stdbool.h>

struct work {
    char *folder;          // All of it, in the grading's folder. Absolute.
    char *source;          // The submission's files.
    char *build;           // What is built of them.
    char *logs[N_LAYERS];  // Rows and records.
    char *results;         // What will be OUT/NAME.
    char *root;            // raftlab's folder.
};

// Makes an empty folder for this submission's work in `folder`; what an earlier
// grading left there is removed. False, with a line on stderr, if it cannot be.
bool work_begin(struct work *work, const char *folder, const char *name);

// Removes the folder.
void work_end(struct work *work);

#endif
