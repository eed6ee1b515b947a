// Says how far a grading is: a line for each submission, and in a terminal one
// that moves.
#ifndef GRADE_PACE_H
#define GRADE_PACE_H

#include <stdbool.h>

struct pace {
    int n;     // Submissions in all.
    int done;  // Of these are done.
    int jobs;
    int graded;  // So many were graded now, and took so long in all:
    double seconds;
    bool moves;  // stdout is a terminal.
};

struct pace pace_begin(int n, int jobs);

// One is done: prints its line.
//   seconds  that it took; 0 if it was not graded now
void pace_done(struct pace *pace, const char *name, const char *line,
               double seconds);

// Shows what is under way, "ann (isolated), bob (builds)", in the line that
// moves.
void pace_show(const struct pace *pace, const char *under_way);

// Ends the line that moves.
void pace_end(const struct pace *pace);

#endif
