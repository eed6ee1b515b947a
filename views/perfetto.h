// A run as a trace in the Trace Event Format (JSON), for Perfetto's viewer.
#ifndef VIEWS_PERFETTO_H
#define VIEWS_PERFETTO_H

#include "views/run.h"

#include <stdio.h>

// Each server and the tester are processes. Their events stand on tracks, and
// each has its whole line of the record as arguments. Messages are flows.
void perfetto_print(const struct run *run, FILE *to);

#endif
