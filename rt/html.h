// Writes text into HTML.
#ifndef RT_HTML_H
#define RT_HTML_H

#include <stdio.h>

// Writes the text so that it stays text, in an element or an attribute's
// quotes.
void html_put(const char *text, FILE *to);

// As html_put, in an element: a line may end after each of its underscores.
void html_put_name(const char *name, FILE *to);

#endif
