#include "timing/refuse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void timing_refuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("timing: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_BAD_INPUT);
}
