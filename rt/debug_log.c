// Any thread may write a line. A line is one write(2), so lines of different
// threads do not mix.
#include "rt/debug_log.h"

#include "rt/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool debug_log_enabled;
debug_log_evaluation *debug_log_evaluates;
static bool is_printed;               // As RAFTLAB_LOG says.
static debug_log_listener *listener;  // Or NULL.
static int64_t start_ns;              // Set while the process has one thread.

__attribute__((constructor)) static void debug_log_start(void)
{
    const char *wish = getenv("RAFTLAB_LOG");
    is_printed = wish != NULL && wish[0] != '\0' && wish[0] != '0';
    debug_log_enabled = is_printed;
}

void debug_log_listen(debug_log_listener *new_listener)
{
    listener = new_listener;
    debug_log_enabled = is_printed || listener != NULL;
}

void debug_log_restart(void)
{
    start_ns = clock_peek_ns();
}

double debug_log_ms(int64_t clock_ns)
{
    return (double)(clock_ns - start_ns) / (double)NS_PER_MS;
}

static void print(const struct debug_log_line *line)
{
    char text[512];
    int len = snprintf(text, sizeof text, "%010.3f S%d T%d %-5s %s",
                       debug_log_ms(clock_peek_ns()), line->server, line->term,
                       line->topic, line->text);
    size_t length = (size_t)len;
    if (length > sizeof text - 1)
        length = sizeof text - 1;
    text[length] = '\n';  // In place of the terminating zero.
    ssize_t written = write(STDERR_FILENO, text, length + 1);
    (void)written;  // A log that cannot be written does no harm.
}

void debug_log_begin(void)
{
    if (debug_log_evaluates != NULL)
        debug_log_evaluates(true);
}

void debug_log_write(const char *file, int number, const char *topic,
                     int server, int term, const char *format, ...)
{
    if (debug_log_evaluates != NULL)
        debug_log_evaluates(false);
    char text[480];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct debug_log_line line = { topic, server, term, text, file, number };
    if (is_printed)
        print(&line);
    if (listener != NULL && file != NULL)
        listener(&line);
}
