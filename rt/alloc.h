// Allocates memory, or ends the program: no memory is a shortage
// (rt/shortage.h).
#ifndef RT_ALLOC_H
#define RT_ALLOC_H

#include <stddef.h>
#include <stdio.h>

// Allocates `size` zeroed bytes; never returns NULL. The caller frees them with
// free().
void *alloc(size_t size);

// Like reallocarray(3), but never NULL. New memory is not zeroed.
void *alloc_resize(void *old, size_t count, size_t size);

// Like strdup(3) and asprintf(3), but never NULL. The caller frees the string.
char *alloc_string(const char *from);
char *alloc_format(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// Copies the text up to its first newline. The caller frees the copy.
char *alloc_line(const char *from);

// Like open_memstream(3), but never NULL. After fclose() the caller frees
// *text.
FILE *alloc_stream(char **text, size_t *size);

#endif
