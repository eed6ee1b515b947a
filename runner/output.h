// The file that takes what a run prints.
#ifndef RUNNER_OUTPUT_H
#define RUNNER_OUTPUT_H

#include "runner/result.h"
#include "tester/lab_test.h"

#include <stdbool.h>

struct output {
    int fd;      // -1: there is no file, the run prints to the terminal.
    char *path;  // NULL likewise.
};

// Makes the folder, and those above it. False, with errno set, if it cannot
// be had or not be written to.
bool output_make_folder(const char *folder);

// A new, empty file for this run. False, with errno set, if it cannot be had;
// *output then has no file.
bool output_open(struct output *output, const char *folder,
                 const struct lab_test *test, int run);

// Copies the file to our stdout in one piece, the beginning of it if it is
// very long.
void output_show(const struct output *output);

// Ends the file: removes it if the run passed, else adds the result as its
// last line and gives its path to result->log. Does nothing without a file.
void output_close(struct output *output, struct result *result);

// Closes and removes the file, whatever it holds.
void output_discard(struct output *output);

#endif
