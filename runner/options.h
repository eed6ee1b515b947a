// What the command line asks for.
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include "tester/lab_test.h"

#include <stdbool.h>

// The exit status for what a user got wrong.
#define EXIT_BAD_INPUT 2

#define MAX_JOBS 500  // Side by side.

// The exit status when some run was inconclusive, and none has failed.
#define EXIT_INCONCLUSIVE 3

// What ends it all before every test has had its runs.
enum until {
    UNTIL_ALL_RAN,
    UNTIL_FAILURE,  // The first run that fails.
    UNTIL_FINDING,  // The first that fails, unless its process died of itself.
};

struct options {
    const struct lab_test **tests;  // The chosen ones, in the lab's order.
    int n_tests;                    // At least 1.
    int runs;                       // Of each test.
    int jobs;                       // Side by side.
    int limit_s;                    // Of one test.
    enum until until;               // When no more runs are started.
    const char *logs;               // Folder for the output of failing runs.
    const char *records;  // Folder for the records of all runs; NULL: those
                          // that fail are recorded, in the logs' folder.
    const char *csv;      // The file for the figures of all runs; or NULL.
    const char *json;     // Likewise.
    bool list;            // Only say what the tests are.
    bool table;           // Show the figures beside MIT's.

    // For the simulator alone.
    int first_seed;      // Run k of a test has the seed first_seed + k - 1.
    bool hash;           // Print what hash each run had.
    int pct_depth;       // PCT with this depth; 0: uniform.
    bool os_threads;     // Simulated threads are threads of the system.
    const char *replay;  // The command that replays a run, but for T and SEED.
};

// The seed of a test's run, which is counted from 1.
static inline int options_seed(const struct options *options, int run)
{
    return options->first_seed + run - 1;
}

// Reads the command line. Bad input, and --help, end the program. The caller
// frees the options with options_free; their strings are argv's.
struct options options_read(int argc, char **argv);

// The number from 1 to max that this option was given. Another value ends the
// program.
int options_number(const char *option, const char *text, int max);

// Says on stderr, in a line, what is wrong with the command line and what would
// be right, and ends the program with EXIT_BAD_INPUT.
__attribute__((format(printf, 1, 2))) _Noreturn void options_refuse(
    const char *format, ...);

void options_free(struct options *options);

// Many runs of a test: what counts is how many fail, not what they print.
static inline bool options_is_soak(const struct options *options)
{
    return options->runs > 1;
}

// One run at a time, once: its output can go straight to the user.
static inline bool options_is_live(const struct options *options)
{
    return options->runs == 1 && options->jobs == 1;
}

// The suite as the lab calls it: "2A" for "raft_2A".
const char *suite_label(const char *suite);

#endif
