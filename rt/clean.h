// Makes a Raft's bytes safe for a terminal and for a report.
#ifndef RT_CLEAN_H
#define RT_CLEAN_H

#include <stddef.h>

// Replaces each byte of an unsafe character by '?'. Unsafe are control
// characters except newline and tab, characters that reorder text, line and
// paragraph separators, and bytes that are not valid UTF-8.
//   returns  the number of bytes done. An incomplete character at the end of
//            the text is not done: the caller may have its other bytes later.
size_t clean_bytes(char *text, size_t size);

// The same, for a text without a continuation: an incomplete character at its
// end is replaced, too.
void clean_text(char *text, size_t size);

#endif
