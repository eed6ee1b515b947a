// The debug log. Any thread writes to it; a line is one write(2), so lines of
// different threads never mix.
#include "rt/debug_log.h"

#include "rt/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool debug_log_enabled;
static int64_t start_ns;  // Set while the process has one thread.

__attribute__((constructor)) static void debug_log_start(void)
{
    const char *wish = getenv("RAFTLAB_LOG");
    debug_log_enabled = wish != NULL && wish[0] != '\0' && wish[0] != '0';
}

void debug_log_restart(void)
{
    start_ns = clock_peek_ns();
}

double debug_log_ms(int64_t clock_ns)
{
    return (double)(clock_ns - start_ns) / (double)NS_PER_MS;
}

void debug_log_write(const char *topic, int server, int term,
                     const char *format, ...)
{
    char line[512];
    double ms = debug_log_ms(clock_peek_ns());
    int head = snprintf(line, sizeof line, "%010.3f S%d T%d %-5s ", ms, server,
                        term, topic);
    va_list args;
    va_start(args, format);
    int body = vsnprintf(line + head, sizeof line - (size_t)head, format, args);
    va_end(args);

    size_t length = (size_t)head + (size_t)body;
    if (length > sizeof line - 1)
        length = sizeof line - 1;
    line[length] = '\n';  // The terminating zero is not needed any more.
    ssize_t written = write(STDERR_FILENO, line, length + 1);
    (void)written;  // A log that nobody can read is no reason to stop.
}
