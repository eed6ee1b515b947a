// A run as a log for ShiViz, which draws happened-before from vector clocks.
#ifndef VIEWS_SHIVIZ_H
#define VIEWS_SHIVIZ_H

#include "views/run.h"

#include <stdio.h>

// Writes two lines for ShiViz itself (the regular expression of an event, and
// an empty one: there is one run), then two for each event.
void shiviz_print(const struct run *run, FILE *to);

#endif
