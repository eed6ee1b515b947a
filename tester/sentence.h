// A sentence of a report that is being written, in memory of fixed size: what
// does not fit is left out.
#ifndef TESTER_SENTENCE_H
#define TESTER_SENTENCE_H

#include <stddef.h>

#define SENTENCE_WIDTH 80  // Columns of a line.

// Zero is an empty one.
struct sentence {
    char text[1500];
    size_t length;
};

void sentence_add(struct sentence *sentence, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Prints it to stderr, without stdio, whose lock may be held for ever: lines
// are indented by so many columns, those after the first by 4 more, and end at
// SENTENCE_WIDTH, if no word is longer.
void sentence_print(const char *text, int indent);

#endif
