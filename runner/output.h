// The file that takes what a run prints.
#ifndef RUNNER_OUTPUT_H
#define RUNNER_OUTPUT_H

#include "runner/result.h"
#include "tester/lab_test.h"

#include <stdbool.h>

struct output {
    int fd;      // Of a file without a name; -1: there is none.
    char *path;  // Where it is kept if the run fails.
};

// Makes the folder, and those above it. False, with errno set, if it cannot
// be had or not be written to.
bool output_make_folder(const char *folder);

// A new, empty file for this run, which replaces what an earlier one has left.
// False, with errno set, if it cannot be had; *output then has no file.
bool output_open(struct output *output, const char *folder,
                 const struct lab_test *test, int run);

// Copies the file to our stdout in one piece, made fit for a terminal; the
// beginning of it if it is very long.
void output_show(const struct output *output);

// Ends the file. If the run failed, keeps it, made fit for a terminal and with
// the result as its last line, and gives its path to result->log. If it cannot
// be written, says so on stderr. Does nothing without a file.
void output_close(struct output *output, struct result *result);

// Forgets the file, whatever it holds.
void output_discard(struct output *output);

// Has all that was printed to our stdout been taken? Returns the exit status:
// this one if so; else says so on stderr and returns EXIT_BAD_INPUT.
int output_end(int status);

#endif
