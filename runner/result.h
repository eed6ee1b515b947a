// How one run ended, as its parent judges it.
#ifndef RUNNER_RESULT_H
#define RUNNER_RESULT_H

#include "tester/verdict.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum outcome {
    NOT_RUN = 0,
    PASSED,
    FAILED,
    INCONCLUSIVE,  // Failed, but the machine was too busy, or could not give
                   // what was asked for: that proves nothing.
};

struct result {
    enum outcome outcome;
    bool died;      // It crashed or left: nothing that a test looks for.
    char *message;  // Why it did not pass; NULL if it did.
    char *warning;  // What a test that has passed remarked; NULL if nothing,
                    // or nothing that proves anything (INCONCLUSIVE).
    char *log;      // The file that keeps its output; NULL if none does.
    char *record;   // The file with its record; NULL if there is none.

    // What the test measured, as far as it got.
    double seconds;
    int servers;
    int rpcs;
    long long bytes;
    int commands;
    uint64_t hash;

    // What its process cost.
    double cpu_s;    // 0 if it could not be started.
    long memory_kb;  // The most that it has held; 0 if that is not known.
    int late_ms;     // How late a 10 ms sleep came back, at worst.
};

// "passed", "failed", "inconclusive".
const char *result_word(enum outcome outcome);

// How a run's process ended.
struct ending {
    int wait_status;   // As waitpid gives it.
    bool out_of_time;  // Killed, because it outlived its limit
    int limit_s;       // of this many seconds
    int grace_s;       // and this many more.
    bool simulated;    // In virtual time, in which no machine is late.
    double cpu_s;      // What it has used.
    long memory_kb;    // The most that it has held; 0 if that is not known.
};

// The exit statuses that the sanitizers are told to use.
#define EXIT_TSAN 66
#define EXIT_ASAN 67

// Passed if the verdict says so and the process ended well. The verdict is
// memory that a broken process could write to: nothing in it is trusted to be
// more than a number or a text. Free the result with result_free.
struct result result_judge(const struct verdict *verdict, struct ending ending);

// A run that could not even start, for want of what `error`, an errno, says; or
// of what this process has noted (rt/shortage.h).
struct result result_not_started(int error);

void result_free(struct result *result);

// Writes the line that follows the output of a run that did not pass:
// "  ... FAILED -- <message>".
void result_print(const struct result *result, FILE *to);

// Writes the message's first line, or so many characters of it.
void result_print_summary(const struct result *result, int limit, FILE *to);

#endif
