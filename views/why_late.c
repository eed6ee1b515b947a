// Finds whether the message that led to a broken rule came late or twice.
#include "views/why.h"

// The event that broke a rule, as the checker says; NULL if none did.
static const struct event *find_breach(const struct run *run)
{
    for (int i = run->n_events - 1; i >= 0; i--) {
        const struct event *event = &run->events[i];
        if (!is_kind(event, "rule_broken"))
            continue;
        json_t *number =
            json_array_get(json_object_get(event->json, "events"), 1);
        return number == NULL
                   ? NULL
                   : event_numbered(run, (int)json_integer_value(number));
    }
    return NULL;
}

// The message that the thread handles when it tells this event; NULL if it
// handles none.
static const struct event *find_message(const struct run *run,
                                        const struct event *event)
{
    for (int i = (int)(event - run->events) - 1; i >= 0; i--) {
        const struct event *earlier = &run->events[i];
        if (earlier->server != event->server || earlier->peer == -1 ||
            earlier->thread != event->thread)
            continue;
        bool arrived = is_kind(earlier, "request_arrived") ||
                       is_kind(earlier, "reply_arrived");
        return arrived ? earlier : NULL;
    }
    return NULL;
}

void why_late(const struct span *span, struct lines *lines)
{
    const struct event *breach = find_breach(span->run);
    if (breach == NULL || !is_kind(breach, "saved") || breach->server == -1)
        return;
    const struct event *arrived = find_message(span->run, breach);
    if (arrived == NULL)
        return;
    bool doubled = false;
    const struct event *sent = event_departure(span->run, arrived, &doubled);
    if (arrived->ms - sent->ms < LATE_MESSAGE_MS && !doubled)
        return;
    lines_add(lines,
              "  The save that broke the rule followed a %s of S%d, %s of T%d, "
              "that came %s at %.1f\x1fms (sent %s before).",
              is_kind(arrived, "reply_arrived") ? "reply" : "request",
              arrived->peer, text_of(arrived->json, "method"),
              int_of(event_args(span->run, arrived), "term", 0),
              doubled ? "twice" : "late", arrived->ms,
              duration_text(arrived->ms - sent->ms));
}
