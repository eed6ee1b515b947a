// Makes bytes that a Raft chose fit for a terminal and for a report.
#ifndef RUNNER_CLEAN_H
#define RUNNER_CLEAN_H

#include <stddef.h>

// Puts a '?' in the place of each byte that is part of a control character,
// but for ends of lines and tabs, or of no character of UTF-8.
//   returns  how many bytes are done: all, but for the beginning of a character
//            at the end of the text, which is left as it is for the caller to
//            complete
size_t clean_bytes(char *text, size_t size);

// The same, and what is incomplete at the end of the text is no character.
void clean_text(char *text, size_t size);

#endif
