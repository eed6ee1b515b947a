// Runs a program for a test, and keeps what it did.
#ifndef TESTS_UNIT_PROGRAMS_H
#define TESTS_UNIT_PROGRAMS_H

struct outcome {
    int status;  // Its exit status; -1 if it has none.
    char *text;  // All it printed, to stdout and stderr, '?' for zeros.
};

// Runs a shell command to its end, at most this many seconds; outcome_free
// frees what it returns.
struct outcome run_program(int limit_s, const char *command);

void outcome_free(struct outcome *outcome);

#endif
