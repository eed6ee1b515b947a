// Calls of the kernel that a sandbox refuses.
#ifndef GRADE_REFUSED_CALLS_H
#define GRADE_REFUSED_CALLS_H

// Returns an open file with a filter for seccomp, which the caller closes; -1
// if there can be none.
int refused_calls(void);

#endif
