// An event in a few words, for tools that show one event at a time.
#ifndef VIEWS_TITLE_H
#define VIEWS_TITLE_H

#include "views/run.h"

// "AppendEntries 6..7 to S1", "saves T3, vote S2, last 7@T3": one line of clean
// UTF-8. The caller frees it.
char *title_make(const struct run *run, const struct event *event);

#endif
