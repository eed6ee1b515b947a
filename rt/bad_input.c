#include "rt/bad_input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void bad_input(const char *program, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", program);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_BAD_INPUT);
}
