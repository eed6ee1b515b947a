#include "views/refuse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void refuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("raftlab: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}
