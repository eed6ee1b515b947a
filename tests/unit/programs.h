// Runs a program for a test, and keeps its status and its output.
#ifndef TESTS_UNIT_PROGRAMS_H
#define TESTS_UNIT_PROGRAMS_H

struct outcome {
    int status;  // Its exit status; -1 if it has none.
    char *text;  // Its stdout and stderr, with '?' for zeros.
};

// Runs a shell command to its end, for at most this many seconds. outcome_free
// frees the result.
struct outcome run_program(int limit_s, const char *command);

// The program must have printed this text.
void outcome_expect(const struct outcome *outcome, const char *wanted);

void outcome_free(struct outcome *outcome);

#endif
