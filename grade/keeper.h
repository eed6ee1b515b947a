// The parent of a command, which leaves nothing of it alive.
#ifndef GRADE_KEEPER_H
#define GRADE_KEEPER_H

#include <sys/types.h>

// Turns a new process, whose parent is `parent`, into a keeper. It runs
// `execute` in a process of the user (0: its own), and waits for that process.
// Then, on SIGTERM, or when the parent dies, it kills what is left, and ends
// with the command's status, or 128 + its signal.
_Noreturn void keeper_run(uid_t user, pid_t parent,
                          void (*execute)(const void *what), const void *what);

#endif
