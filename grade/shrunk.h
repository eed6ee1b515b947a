// A smaller run that fails as another one does.
#ifndef GRADE_SHRUNK_H
#define GRADE_SHRUNK_H

#include "grade/runs.h"
#include "grade/work.h"

// Shrinks a run that failed in virtual time, for some seconds, confined.
//   returns  the path of the small run's record, in the work's folder, which
//   the
//            caller frees; NULL if there is none
char *shrunk_record(const struct run *run, const struct work *work);

#endif
