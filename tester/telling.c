// A process runs one test, so it has one stream.
#include "tester/telling.h"

#include "rt/debug_log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

// Set while the process has one thread.
static struct events *events;
static bool is_listened;

struct events *test_events(void)
{
    if (events == NULL)
        events = events_make();
    return events;
}

static void tell_line(const struct debug_log_line *line)
{
    events_tell(events,
                &(struct event){ .kind = EVENT_LOG,
                                 .life.server = line->server,
                                 .log = { line->topic, line->term, line->text,
                                          line->file, line->line } });
}

void test_listen(struct event_reader reader)
{
    is_listened = true;
    events_add_reader(test_events(), reader);
    debug_log_listen(tell_line);
}

bool test_is_listened(void)
{
    return is_listened;
}

uint64_t test_tell(enum event_kind kind, uint64_t cause, const char *name,
                   const char *text)
{
    return events_tell(events, &(struct event){ .kind = kind,
                                                .life = EVENT_OF_ALL,
                                                .cause = cause,
                                                .words = { name, text } });
}

struct act test_begin_act(const char *name, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return (struct act){ name, test_tell(EVENT_ACT_BEGINS, 0, name, text) };
}

void test_end_act(struct act act)
{
    test_tell(EVENT_ACT_ENDS, act.begun, act.name, NULL);
}
