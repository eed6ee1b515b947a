// The folders of a submission that is being graded.
#ifndef GRADE_WORK_H
#define GRADE_WORK_H

#include "grade/layer.h"

#include <stdbool.h>

struct work {
    char *folder;          // All of it, in the grading's folder. Absolute.
    char *source;          // The submission's files.
    char *build;           // What is built of them.
    char *logs[N_LAYERS];  // A folder of rows and records for each call.
    char *results;         // What will be OUT/NAME.
    char *root;            // raftlab's folder.
};

// Makes an empty folder for this submission's work in `folder`; what an earlier
// grading left there is removed. False, with a line on stderr, if it cannot be.
bool work_begin(struct work *work, const char *folder, const char *name);

// Removes the folder.
void work_end(struct work *work);

// The folder of what this call of the layer's program left, in logs. Calls
// count from 1 on. The caller frees it.
char *work_call(const struct work *work, enum layer layer, int call);

#endif
