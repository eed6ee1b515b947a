// Makes a Raft's bytes safe for a terminal and for a report.
#ifndef RT_CLEAN_H
#define RT_CLEAN_H

#include <stddef.h>

// Replaces by '?' each byte of a control character, except newlines and tabs,
// of one that reorders text, and each byte that is not part of a UTF-8
// character.
//   returns  the number of bytes done. An incomplete character at the end of
//   the text
//            is not done: the caller may have its other bytes later.
size_t clean_bytes(char *text, size_t size);

// The same, for a text without a continuation: an incomplete character at its
// end is replaced, too.
void clean_text(char *text, size_t size);

#endif
