// The page of a record: what a browser shows of it.
#ifndef RUNNER_PAGE_H
#define RUNNER_PAGE_H

// Runs `program record`, which writes the page to its output. Returns the
// page's path, which is the record's with .html in place of .jsonl, to be
// freed; NULL if there is no page, for which the program has said why on
// stderr.
char *page_write(const char *program, const char *record);

#endif
