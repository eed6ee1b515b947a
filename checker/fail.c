// Ends a test with a message: the broken rule, how it is broken, and when.
#include "checker/internal.h"
#include "rt/clock.h"
#include "rt/debug_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_SIZE 1800

const char never_change[] = "Entries Never Change (§5.3)";

static struct time_text ns_text(int64_t ns)
{
    struct time_text t;
    snprintf(t.text, sizeof t.text, "%010.3f", debug_log_ms(ns));
    return t;
}

struct time_text time_text(struct moment moment)
{
    // A server that has never saved "saved last" at the start.
    if (moment.event == 0)
        return (struct time_text){ "the start" };
    return ns_text(moment.ns);
}

struct time_text time_now(void)
{
    return ns_text(clock_peek_ns());
}

void fail_test(struct checker *checker, const char *rule, struct moment earlier,
               const char *message)
{
    uint64_t events[2] = { earlier.event, checker->now.event };
    checker->options.fail(rule, message, events);
    abort();  // fail() does not return.
}

void fail_rule(struct checker *checker, const char *rule, struct moment earlier,
               const char *format, ...)
{
    static char message[MESSAGE_SIZE];
    int len = snprintf(message, sizeof message, "%s is broken: ", rule);
    va_list args;
    va_start(args, format);
    vsnprintf(message + len, sizeof message - (size_t)len, format, args);
    va_end(args);
    fail_test(checker, rule, earlier, message);
}
