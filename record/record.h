// The record of a run: what was told in the stream of events, kept in memory
// that the run's process shares with its parent, and written as a file when the
// run has ended, however it ended. docs/record.md says what the file looks
// like.
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "events/events.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// The memory. If it is full, the oldest events are dropped.
struct record;

// Empty memory for the events of one run after the other, to be shared with
// processes that are forked from now on. NULL, with errno set, if it cannot be
// had. record_free frees it.
//   size  bytes; only what is used is taken from the machine
struct record *record_make(size_t size);
void record_clear(struct record *record);
void record_free(struct record *record);

// In the run's process: what keeps the events of a stream in the memory, from
// the first on. One in a process.
struct event_reader record_reader(struct record *record);

// The folder of the Raft that this program is linked with.
const char *record_raft(void);

// The file's facts about a run, besides its events.
struct record_about {
    const char *suite;
    const char *test;
    int seed;             // 0: the run was in real time.
    int pct_depth;        // 0: scheduled uniformly.
    const char *result;   // "passed", "failed", "inconclusive".
    const char *message;  // Or NULL.
};

// Writes the file. The memory may be damaged: a broken process could write to
// it. Bytes that are no event end the file, with a line that says so.
void record_write(const struct record *record, const struct record_about *about,
                  FILE *to);

#endif
