// Rows of text in columns: the time, then one column for each server.
#ifndef VIEWS_GRID_H
#define VIEWS_GRID_H

#include "views/columns.h"

#include <stdio.h>

enum colour {
    PLAIN,
    FAINT,
    BOLD,
    RED,
    BOLD_RED,
    GREEN,
    BOLD_GREEN,
    YELLOW,
    BLUE,
    MAGENTA,
};

struct grid;

// Prints the name of the run, and the servers above their columns.
struct grid *grid_make(const char *name, int n_servers,
                       const struct columns_options *options, FILE *to);
void grid_free(struct grid *grid);

// Prints a text in a server's column, in as many rows as it needs. Does nothing
// if the server is not shown.
__attribute__((format(printf, 5, 6))) void grid_say(struct grid *grid,
                                                    double ms, int server,
                                                    enum colour colour,
                                                    const char *format, ...);

// Prints a text across all columns.
__attribute__((format(printf, 4, 5))) void grid_say_across(
    struct grid *grid, double ms, enum colour colour, const char *format, ...);

#endif
