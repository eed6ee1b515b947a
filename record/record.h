// The record of a run: its events, kept in memory that the run's process shares
// with its parent. The parent writes them to a file when the run has ended, in
// whatever way. docs/record.md describes the file.
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "events/events.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// The memory. If it is full, the oldest events are dropped.
struct record;

// Makes empty memory, shared with processes that are forked later, for one run
// after the other. NULL, with errno set, if the system refuses it. record_free
// frees it.
//   size  bytes; only the used ones take up memory
struct record *record_make(size_t size);
void record_clear(struct record *record);
void record_free(struct record *record);

// Called in the run's process: the reader that keeps all events in the memory.
// One in a process.
struct event_reader record_reader(struct record *record);

// The folder of the Raft that this program is linked with.
const char *record_raft(void);

// Names the Raft of a program that is linked with none. Called before the first
// run. The strings must stay.
//   digest  SHA-256 of the Raft's files
void record_set_raft(const char *raft, const char *digest);

// The file's facts about a run, besides its events.
struct record_about {
    const char *suite;
    const char *test;
    int seed;             // 0: the run was in real time.
    const char *policy;   // Of the simulator; not used in real time.
    const char *result;   // "passed", "failed", "inconclusive".
    const char *message;  // Or NULL.
};

// Writes the file. The memory may be damaged: a broken process could write to
// it. Then the events before the first damaged one stand in the file, a line
// that says so, and the verdict.
void record_write(const struct record *record, const struct record_about *about,
                  FILE *to);

#endif
