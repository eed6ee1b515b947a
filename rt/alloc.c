// No program of the lab can go on without memory. So the check is here, and not
// at every call.
#include "rt/alloc.h"

#include "rt/shortage.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory, size_t asked)
{
    if (memory == NULL)
        shortage_exit(SHORTAGE_OF_MEMORY, ENOMEM, asked);
    return memory;
}

void *alloc(size_t size)
{
    return checked(calloc(1, size > 0 ? size : 1), size);
}

void *alloc_resize(void *old, size_t count, size_t size)
{
    size_t asked;
    if (__builtin_mul_overflow(count, size, &asked))
        asked = SIZE_MAX;
    return checked(reallocarray(old, count > 0 ? count : 1, size), asked);
}

char *alloc_string(const char *from)
{
    return checked(strdup(from), strlen(from));
}

char *alloc_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    return checked(text, 0);
}

char *alloc_line(const char *from)
{
    return checked(strndup(from, strcspn(from, "\n")), 0);
}

FILE *alloc_stream(char **text, size_t *size)
{
    return checked(open_memstream(text, size), 0);
}
