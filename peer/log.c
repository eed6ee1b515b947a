// The debug log of the Raft under test: the judge prints and records it.
#include "rt/debug_log.h"

#include "peer/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool debug_log_enabled;
debug_log_evaluation *debug_log_evaluates;

void log_turn_on(void)
{
    debug_log_enabled = true;
}

void debug_log_begin(void)
{
}

static struct bytes bytes_of(const char *text)
{
    return (struct bytes){ (void *)text, text == NULL ? 0 : strlen(text) };
}

void debug_log_write(const char *file, int number, const char *topic,
                     int server, int term, const char *format, ...)
{
    char text[480];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    wire_tell(peer_wire,
              &(struct frame){ .kind = FRAME_LOG,
                               .numbers = { number, server, term },
                               .parts = { bytes_of(file), bytes_of(topic),
                                          bytes_of(text) } });
}
