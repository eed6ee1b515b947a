// The program that makes sandboxes.
#ifndef GRADE_BUBBLEWRAP_H
#define GRADE_BUBBLEWRAP_H

#define BWRAP "/usr/bin/bwrap"

// Is it there, with all the options that the sandbox has? Returns NULL, also if
// its version cannot be told; or why not, with the remedy, in a line that the
// caller frees.
char *bubblewrap_check(void);

#endif
