// Lines of text for a terminal of 80 columns.
#ifndef VIEWS_LINES_H
#define VIEWS_LINES_H

#include <stdarg.h>
#include <stdbool.h>

#define LINE_COLUMNS 80

struct lines {
    char **each;
    int n;
};

// Stands for a space at which no line is broken.
#define NO_BREAK '\x1f'

// Formats a text that may hold bytes of a student: control characters and what
// is no UTF-8 become '?', newlines and tabs become spaces. The caller frees it.
char *text_format(const char *format, va_list args);

// Makes each NO_BREAK a space, before the text is printed.
void text_unite(char *text);

// Adds a text as one line, or as several that are broken between words. The
// second and further ones are indented by two columns more than the first.
__attribute__((format(printf, 2, 3))) void lines_add(struct lines *lines,
                                                     const char *format, ...);

// Adds a row of a table, or a complete line, unchanged.
__attribute__((format(printf, 2, 3))) void lines_add_row(struct lines *lines,
                                                         const char *format,
                                                         ...);

// Keeps at most so many lines. The last one says then that some are missing.
void lines_cut(struct lines *lines, int most);

void lines_free(struct lines *lines);

// A text for a sentence: "S0", "S0 and S2", "S0, S1 and S2". Valid until eight
// more texts have been made.
//   set  a bit for each server
const char *servers_text(unsigned long set);

// "650 ms", "12.3 s". Valid as long.
const char *duration_text(double ms);

// "once", "twice", "9 times". Valid as long.
const char *times_text(int n);

// "6@T2", or "6" if the term is unknown. Valid as long.
const char *entry_text(int index, int term);

#endif
