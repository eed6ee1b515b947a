// The summary of a failed run, in 30 lines of 80 columns: the verdict, what the
// test was doing, the servers, and why there was no progress.
#ifndef VIEWS_SUMMARY_H
#define VIEWS_SUMMARY_H

#include "views/run.h"

#include <stdio.h>

void summary_print(const struct run *run, bool with_verdict, FILE *to);

#endif
