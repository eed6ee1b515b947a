// Memory that is always there. A lab program cannot go on without memory, and
// a check at every call site would teach nothing, so the check is here, once.
#include "rt/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
    if (memory == NULL) {
        fputs("raftlab: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *alloc(size_t size)
{
    return checked(calloc(1, size > 0 ? size : 1));
}

void *alloc_resize(void *old, size_t count, size_t size)
{
    return checked(reallocarray(old, count > 0 ? count : 1, size));
}

char *alloc_string(const char *from)
{
    return checked(strdup(from));
}

char *alloc_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    return checked(text);
}
