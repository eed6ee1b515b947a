// Pictures as SVG. Each is complete, so it can be put into a report.
#ifndef TIMING_PICTURE_H
#define TIMING_PICTURE_H

#include "timing/data.h"

#include <stdio.h>

// The colours of groups on a dark page.
extern const char *const picture_dark[MAX_GROUPS];

extern const char *const figure_names[N_FIGURES];
extern const char *const measure_names[N_MEASURES];

// Draws a panel for each figure, with a row for each group: a dot for each run,
// the quartiles as a box, 5% and 95% as its whiskers, MIT's figure as a line.
void picture_of_test(const struct data *data, const struct test *test,
                     FILE *to);

// Draws the distribution of a measure's samples, a curve for each group.
void picture_of_measure(const struct data *data, enum measure measure,
                        FILE *to);

// Writes a number in short form: 950, 12.5k, 3.41M.
void picture_put_number(double number, FILE *to);

#endif
