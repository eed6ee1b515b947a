// The measurements: the figures of runs, read from the CSV files that the lab
// writes, and the times in their records.
#ifndef TIMING_DATA_H
#define TIMING_DATA_H

#include "timing/samples.h"

#define MAX_GROUPS 6
#define MAX_TESTS  400

enum figure { SECONDS, RPCS, BYTES, N_FIGURES };

// The times in a record, in milliseconds.
enum measure {
    FIRST_LEADER,       // From the start of the test to its first leader.
    LEADER_AFTER_LOSS,  // From a leader's crash or cut to its successor.
    COMMIT_RELIABLE,  // From a command's start until a majority has applied it.
    COMMIT_UNRELIABLE,
    N_MEASURES
};

// The runs of one Raft in one kind of time.
struct group {
    char *raft;
    char *time;  // "virtual", "real"
    int n_runs;
    int n_records;
    struct samples measured[N_MEASURES];
    struct samples begun;  // Beginnings that were measured already (times.c).
};

struct test {
    char *suite;  // "2A"
    char *name;
    int n_runs[MAX_GROUPS];
    int n_passed[MAX_GROUPS];
    struct samples figures[MAX_GROUPS][N_FIGURES];  // Of passed runs.
};

struct data {
    int n_groups, n_tests;
    struct group groups[MAX_GROUPS];  // In the order of their first rows.
    struct test tests[MAX_TESTS];
};

// Adds a file's rows. Bad input ends the program with a line on stderr.
void data_read(struct data *data, const char *path);

void data_sort(struct data *data);
void data_free(struct data *data);

// ---- times.c ----

// Adds the times in a record to the group.
void times_read(struct group *group, const char *path);

#endif
