// Says how far a grading is: a line for each submission, and in a terminal one
// that moves.
#ifndef GRADE_PROGRESS_H
#define GRADE_PROGRESS_H

#include <stdbool.h>

struct progress {
    int n;     // Submissions in all.
    int done;  // Of these are done.
    int jobs;
    int graded;  // So many were graded now, and took so long in all:
    double seconds;
    bool moves;  // stdout is a terminal.
};

struct progress progress_begin(int n, int jobs);

// One is done: prints its line.
//   seconds  that it took; 0 if it was not graded now
void progress_done(struct progress *progress, const char *name,
                   const char *line, double seconds);

// Shows what is under way, "ann (isolated), bob (builds)", in the line that
// moves.
void progress_show(const struct progress *progress, const char *under_way);

// Ends the line that moves.
void progress_end(const struct progress *progress);

#endif
