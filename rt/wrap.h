// Breaks text into lines for a terminal.
#ifndef RT_WRAP_H
#define RT_WRAP_H

#include <stdio.h>

#define WRAP_COLUMNS 80

// The columns that these bytes of a text take on a terminal: two for a Chinese
// character, none for an accent of its own. If the locale is not UTF-8, each
// character counts as one.
int wrap_columns(const char *text, int len);

// The number of bytes of a text that fit into so many columns, up to a space if
// there is one, else within a word; at least one character.
int wrap_fitting(const char *text, int room);

// The number of bytes of a text that fit into so many columns, within a word,
// too; at least one character, if there is one.
int wrap_cut(const char *text, int room);

// The columns of the terminal that stdout is, WRAP_COLUMNS at most. If it is
// none, WRAP_COLUMNS.
int wrap_terminal(void);

// Prints a cell of a table on stdout: the text, and spaces up to so many
// columns. A text that is wider has lines of its own.
void wrap_cell(const char *text, int columns);

// Prints a text in lines of at most so many columns; wrap_print, of
// WRAP_COLUMNS.
//   begun   columns of the first line that are printed already
//   indent  of the other lines
void wrap_print_in(int columns, const char *text, int begun, int indent,
                   FILE *to);
void wrap_print(const char *text, int begun, int indent, FILE *to);

#endif
