// The file that a run's output goes to.
#ifndef RUNNER_OUTPUT_H
#define RUNNER_OUTPUT_H

#include "runner/result.h"
#include "tester/lab_test.h"

#include <stdbool.h>
#include <stdio.h>

struct output {
    int fd;      // A file without a name; -1: none.
    char *path;  // It is kept under this path if the run fails.
};

// Makes the folder, and those above it. False, with errno set, if it cannot be
// made or written to.
bool output_make_folder(const char *folder);

// Opens a new, empty file for this run, and removes the file of an earlier run.
// False, with errno set, if it cannot be opened; *output has no file then.
bool output_open(struct output *output, const char *folder,
                 const struct lab_test *test, int run);

// Copies the file to stdout in one piece, made safe for a terminal. Only the
// beginning if it is very long.
void output_show(const struct output *output);

// Closes the file. If the run failed, keeps it, made safe for a terminal and
// with the result as its last line, and sets result->log to its path; of one
// that crashed, result->words, too. If that cannot be written, prints a line to
// stderr. Does nothing without a file.
void output_close(struct output *output, struct result *result);

// Sets result->words of a run that crashed, from the file.
void output_read_words(const struct output *output, struct result *result);

// Closes the file without keeping it.
void output_discard(struct output *output);

// The name under which a file is written before it is renamed to its path.
// free() frees it.
char *output_new_name(const char *path);

typedef void output_put(const void *self, FILE *to);

// Writes a file whole, by put(self, file), or leaves the old one. False, with
// errno set, if it cannot be written.
bool output_write(const char *path, output_put *put, const void *self);

// Flushes stdout. Returns `status`, or EXIT_BAD_INPUT, with a line on stderr,
// if something that was printed could not be written.
int output_end(int status);

#endif
