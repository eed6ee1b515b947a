// The request of the command line: what to grade, and where to.
#ifndef GRADE_REQUEST_H
#define GRADE_REQUEST_H

#include <stdbool.h>

#define REQUEST_MAX_JOBS 100
#define REQUEST_MAX_CPUS 10000

struct request {
    const char *subs;    // The folder of the submissions.
    const char *out;     // The folder of the grading.
    const char *points;  // The points file.
    const char *secret;  // The secret's file; NULL: the grading's own.
    const char **parts;  // "2A", ...; NULL-terminated; NULL for all.
    const char **only;   // Names of submissions; NULL-terminated; NULL for all.
    int jobs;            // Submissions at the same time.
    int cpus;            // Processors for all of them.
    bool merge;          // Only join what is graded.
    bool list;           // Only name what is not graded yet.
    const char *old_out, *new_out;  // Two gradings to compare; or NULL.
};

// Reads the command line. Bad input and --help end the program. The strings
// belong to argv; the lists live to the end of the program.
struct request request_of(int argc, char **argv);

#endif
