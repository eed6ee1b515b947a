// Shows one run that failed: its summary as text, and its page. Both are made
// from its record, which a student's process may have written; so the programs
// that read it are confined.
#ifndef GRADE_SHOW_H
#define GRADE_SHOW_H

#include "grade/report.h"
#include "grade/work.h"

#include <stdbool.h>

struct shown {
    const struct work *work;
    char *record;   // A copy without the seed; NULL if there is none.
    bool is_small;  // It is of a smaller run.
    char *words;    // What a sanitizer reported; NULL if none did.
};

// Prepares the run's files. show_end frees what it has.
//   shrinks  in place of one in virtual time, a smaller one is shown
struct shown show_run(const struct run *run, const struct work *work,
                      bool shrinks);
void show_end(struct shown *shown);

// Writes the summary. False if it cannot be written.
bool show_summary(const struct shown *shown, const struct failure *failure,
                  const char *path);

// Writes the page. False if there is none.
bool show_page(const struct shown *shown, const char *path);

#endif
