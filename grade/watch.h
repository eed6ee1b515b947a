// Measures the processes of a command.
#ifndef GRADE_WATCH_H
#define GRADE_WATCH_H

#include <sys/types.h>

struct usage {
    int processes, threads;
    int stopped;     // Processes that a signal has stopped.
    int ready;       // Whose first thread runs, wants to, or waits for a disk.
    double cpu_s;    // With that of children that have been waited for.
    long memory_kb;  // Without what is a file's.
};

// Reads what processes use.
//   proc  the folder of a /proc. All of its processes count,
//   top   or only this one and what descends from it; 0: all
struct usage watch_read(int proc, pid_t top);

#endif
