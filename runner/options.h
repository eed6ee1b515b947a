// The options of the command line.
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include "rt/bad_input.h"
#include "tester/lab_test.h"

#include <stdbool.h>
#include <stdint.h>

#define MAX_JOBS 500  // Runs at the same time.
#define MAX_SEED 1000000000

// The exit status when some run was inconclusive, and none has failed.
#define EXIT_INCONCLUSIVE 3

// The event that ends all runs early.
enum until {
    UNTIL_ALL_RAN,
    UNTIL_FAILURE,  // The first run that fails.
    UNTIL_FINDING,  // The first run that fails, except by crashing or exiting.
};

struct tape;

struct options {
    const struct lab_test **tests;  // The chosen ones, in the lab's order.
    int n_tests;                    // At least 1.
    int runs;                       // Of each test.
    int jobs;                       // Runs at the same time.
    int limit_s;                    // Of one test.
    enum until until;
    const char *logs;     // Folder for the output of failing runs.
    const char *records;  // Folder for the records of all runs; NULL: those
                          // that fail are recorded, in the logs' folder.
    const char *view;     // The program that shows a record; NULL: none does.
    const char *page;     // The program that makes a record's page; or NULL.
    const char *csv;      // The file for the figures of all runs; or NULL.
    const char *json;     // Likewise.
    bool list;            // Only print the tests' names.
    bool table;           // Show the figures beside MIT's.

    // For isolab only.
    const char *peer;    // The program that runs a life of a server.
    const char *object;  // The Raft's shared object.
    const char *layout;  // The file of its messages, raft.x.
    const char *raft;    // Its folder, for the record; "" if not known.
    const char *digest;  // SHA-256 of its files; likewise.

    // For the simulator only.
    int first_seed;         // Run k of a test has the seed first_seed + k - 1.
    bool hash;              // Print each run's hash.
    const char *policy;     // By which threads are chosen: "uniform", "pct:5".
    const char *tape;       // The file of the tape that the run repeats;
    struct tape *repeated;  // and that tape; or NULL.
    const char *save_tape;  // The file for the run's tape;
    struct tape *written;   // and that tape; or NULL.
    struct tape *asked;     // See struct sim_options, here and below.
    int calm_percent;
    int calm_draws_percent;
    uint64_t calm_from, calm_to;
    uint64_t limit_points;
    int bound;           // All runs with so many deviations; 0: see bound.h.
    bool threads;        // Record what the servers' threads do.
    bool os_threads;     // Run each simulated thread on a thread of the system.
    const char *replay;  // The command that replays a run, without T and SEED.

    // Of a hunt.
    const char *hunt;    // Its folder; NULL: none.
    double minutes;      // How long it lasts.
    bool has_share;      // It has a part of the seeds, perhaps 1 of 1:
    int share, shares;   // the share-th of so many, from 1 on.
    const char *shrink;  // The program that shrinks failures; NULL: none does.
    const char **merge;  // Journals to join; then nothing runs.
    int n_merge;
};

// The seed of a test's run, which is counted from 1.
static inline int options_seed(const struct options *options, int run)
{
    return options->first_seed + run - 1;
}

// Reads the command line. Bad input and --help end the program. The caller
// frees the options with options_free; their strings belong to argv.
struct options options_read(int argc, char **argv);

// Reads an option's value: a number from 1 to max. Another value ends the
// program.
int options_number(const char *option, const char *text, int max);

void options_free(struct options *options);

// Is it a soak: several runs of each test? Then their output is not shown.
static inline bool options_is_soak(const struct options *options)
{
    return options->runs > 1;
}

// Is there one run of each test, one at a time? Then its output is shown at
// once.
static inline bool options_is_live(const struct options *options)
{
    return options->runs == 1 && options->jobs == 1;
}

// The suite's short name: "2A" for "raft_2A".
const char *suite_label(const char *suite);

#endif
