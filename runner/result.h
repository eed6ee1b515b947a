// The result of one run, as its parent judges it.
#ifndef RUNNER_RESULT_H
#define RUNNER_RESULT_H

#include "tester/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum outcome {
    NOT_RUN = 0,
    PASSED,
    FAILED,
    INCONCLUSIVE,  // It failed, but the machine was too busy or refused it
                   // something: that proves nothing.
};

// The place of a run among the results of all tests: those of the first test's
// runs, then those of the second's, and so on.
//   run  from 1 on
static inline size_t result_place(int runs, int test, int run)
{
    return (size_t)test * (size_t)runs + (size_t)(run - 1);
}

struct result {
    enum outcome outcome;
    bool died;      // It crashed or exited: no check failed.
    char *message;  // Why it did not pass; NULL if it did.
    char *warning;  // Of test_warn; NULL if there is none, or if INCONCLUSIVE.
    char *words;    // Its last lines, if it crashed, or a sanitizer's; or NULL.
    char *log;      // The path of the file with its output; or NULL.
    char *record;   // The path of the file with its record; or NULL.
    char *page;     // The path of that record's page; or NULL.

    // The test's figures; incomplete if it did not pass.
    double seconds;
    int servers;
    int rpcs;
    long long bytes;
    int commands;
    int saves;
    uint64_t hash;
    uint64_t points;  // See struct verdict.

    // Resources that its process used.
    double cpu_s;    // 0 if it could not be started.
    long memory_kb;  // The most memory that it held; 0 if unknown.
    int late_ms;     // The greatest lateness of a short sleep.
};

// The outcome's name: "passed", "failed", "inconclusive".
const char *result_word(enum outcome outcome);

// How a run's process ended.
struct ending {
    int wait_status;   // As waitpid gives it.
    bool out_of_time;  // It was killed after limit_s + grace_s seconds.
    int sent_signal;   // To the runner, which killed it for that; 0: none.
    int limit_s;
    int grace_s;
    bool simulated;  // In virtual time: no machine is late there.
    double cpu_s;
    long memory_kb;  // The most memory that it held; 0 if unknown.
};

// The exit statuses that sanitizer.c has the sanitizers use.
#define EXIT_TSAN 66
#define EXIT_ASAN 67

// Judges a run. It has passed if the verdict says so and the process exited
// with 0. A broken process can have written anything into the verdict: numbers
// may be out of range, and texts may have no end. result_free frees the result.
struct result result_judge(const struct verdict *verdict, struct ending ending);

// The result of a run that could not be started: inconclusive. The reason is
// this process's shortage (rt/shortage.h), or `error`, an errno.
struct result result_not_started(int error);

void result_free(struct result *result);

// A run that has failed with this message ran again. If the result is none of a
// failure, it gets the message; and if it did run, a line on stderr says so.
//   test  its name
void result_keep_failure(struct result *result, const char *test,
                         const char *message);

// Prints the line that follows the output of a run that did not pass:
// "  ... FAILED -- <message>".
void result_print(const struct result *result, FILE *to);

// The text that failures for one cause have in common: the outcome, and what
// the message says first, without numbers; of a broken rule only the rule, of a
// crash the first function, too, of a sanitizer's report the first stack. For
// results with a message. The caller frees it.
char *result_signature(const struct result *result);

// Prints the first line of the message, at most `limit` characters of it.
void result_print_summary(const struct result *result, int limit, FILE *to);

#endif
