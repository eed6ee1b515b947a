// The page: one HTML file, which needs no other file.
#ifndef TIMING_PAGE_H
#define TIMING_PAGE_H

#include "timing/data.h"

// Writes the page into the folder as timing.html, and each picture as a file
// beside it. Bad input ends the program with a line on stderr.
void timing_page_write(const struct data *data, const char *folder);

#endif
