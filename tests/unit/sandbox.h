// The sandbox of the unit tests: the real one, or what a test puts in its
// place.
#ifndef TESTS_UNIT_SANDBOX_H
#define TESTS_UNIT_SANDBOX_H

#include "grade/confine.h"

typedef struct end_of_command sandbox_run(const struct confinement *confinement,
                                          char *const argv[]);

// Answers in place of confine_run, if it is not NULL. Each test has a process
// of its own.
extern sandbox_run *sandbox_instead;

// The real confine_run.
sandbox_run __real_confine_run;

#endif
