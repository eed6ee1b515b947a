// Checks Criterion's options. Criterion itself runs all tests if it does not
// understand an option, and does not report that it could not write.
#ifndef RUNNER_CRITERION_ARGS_H
#define RUNNER_CRITERION_ARGS_H

#include <stdbool.h>

#define MAX_REPORTS 8

// A report. Criterion writes it into memory; the runner copies it to the file.
struct criterion_report {
    const char *path;  // The caller's.
    int file_fd;
    int memory_fd;
};

struct criterion_args {
    char **argv;  // For Criterion, argv[0] too; ends with NULL.
    int argc;
    struct criterion_report report[MAX_REPORTS];
    int n_reports;
    char *outputs;  // The reports that the environment asks for; or NULL.
};

// Reads the environment and what follows --criterion; argv[0] is the program's
// name. Bad input ends the program, and so does a report's file that cannot be
// opened.
struct criterion_args criterion_args_read(int argc, char **argv);

// Writes the reports to their files. False, with a line on stderr, if one could
// not be written. Frees all that was read.
bool criterion_args_end(struct criterion_args *options);

#endif
