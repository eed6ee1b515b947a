// Runs the program that reads an archive. It may be in the archive's power.
#ifndef GRADE_UNPACKER_H
#define GRADE_UNPACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct unpacker {
    pid_t pid;
    int pid_fd;
    int output;
    int user_lock;  // user.h
    double until;   // Of CLOCK_MONOTONIC, in seconds.
};

// Starts the program with the open archive as its stdin, as a user that nobody
// is if this process is root's. `arguments` ends with NULL. Returns NULL, or
// why this machine could not, in a line that the caller frees.
char *unpacker_start(struct unpacker *unpacker, const char *program,
                     int archive, char *const arguments[]);

// Reads so many bytes of its output. False if they do not come: it has ended,
// or its time is over.
bool unpacker_read(struct unpacker *unpacker, void *bytes, size_t n);

// Waits until it ends, or its time is over. Returns NULL if it ended by itself
// with status 0; else how it ended, in a line with the remedy that the caller
// frees.
//   machine_failed  set to true if no archive can cause that
char *unpacker_end(struct unpacker *unpacker, bool *machine_failed);

// Kills it.
void unpacker_stop(struct unpacker *unpacker);

#endif
