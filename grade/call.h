// One call of a program that runs tests, confined.
#ifndef GRADE_CALL_H
#define GRADE_CALL_H

#include "grade/confine.h"
#include "grade/runs.h"
#include "grade/work.h"

// Runs what was asked for, and adds its runs. If the Raft could have ended the
// program, each half of the tests is called alone, down to single tests: those
// of a call that ended too early are failed, or inconclusive if the Raft cannot
// be the cause.
//   jobs     so many runs at the same time
//   returns  the sum of the calls' times; its end is END_TIME if one of them
//            stood still until its time was over
struct end_of_command call_run(struct runs *runs, const struct asked *asked,
                               const struct work *work, int jobs);

#endif
