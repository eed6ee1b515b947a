// The figures of all runs as files for other programs, a row a run: CSV and
// JSON. A file is written at the end, whole or not at all.
#ifndef RUNNER_ROWS_H
#define RUNNER_ROWS_H

#include "runner/options.h"
#include "runner/result.h"

#include <stdbool.h>

// Before the runs: ends the program with a line and EXIT_BAD_INPUT if one of
// the files that the options name cannot be written.
void rows_check(const struct options *options);

// Writes these files. Runs that did not run have no row. False if one could not
// be written; stderr says which, and what was there before it stays.
//   results  the runs of the first test, of the second, and so on
bool rows_write(const struct options *options, const struct result *results);

#endif
