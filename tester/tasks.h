// The threads of a process, as the system lists them.
#ifndef TESTER_TASKS_H
#define TESTER_TASKS_H

#include <stddef.h>
#include <sys/types.h>

// How many threads the process has.
int tasks_count(pid_t pid);

// Calls `look` with each thread's number, and the open folder of all threads.
// Returns how many there are. Allocates nothing. A thread that has been listed
// costs much more when it ends: the system looks for its files.
int tasks_for_each(pid_t pid, void (*look)(int folder, int thread, void *arg),
                   void *arg);

// Reads a thread's file of this name in the folder of all threads. Empty if
// there is none.
void tasks_read(int folder, int thread, const char *name, char *text,
                size_t size);

#endif
