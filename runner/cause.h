// Tells whether two runs failed for one cause, by what is said of them.
#ifndef RUNNER_CAUSE_H
#define RUNNER_CAUSE_H

#include <stdbool.h>

// A text that is the same for runs that failed alike. The caller frees it.
//   failed   false: it was inconclusive
//   message  why
//   words    the last words of the process that crashed; or NULL
char *cause_signature(bool failed, const char *message, const char *words);

#endif
