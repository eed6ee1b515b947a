// Rows of text in columns: the time, then one column for each server.
#ifndef VIEWS_GRID_H
#define VIEWS_GRID_H

#include "views/columns.h"

#include <stdio.h>

enum colour { PLAIN, FAINT, RED, GREEN, BOLD_GREEN, YELLOW, BLUE, MAGENTA };

struct grid;

// Prints a heading. grid_free ends the last row.
struct grid *grid_make(int n_servers, const struct columns_options *options,
                       FILE *to);
void grid_free(struct grid *grid);

// Prints a text in a server's column, in as many rows as it needs. Does nothing
// if the server is not shown.
__attribute__((format(printf, 5, 6))) void grid_say(struct grid *grid,
                                                    double ms, int server,
                                                    enum colour colour,
                                                    const char *format, ...);

// Prints a text across all columns.
__attribute__((format(printf, 3, 4))) void grid_say_across(struct grid *grid,
                                                           double ms,
                                                           const char *format,
                                                           ...);

#endif
