// Finds messages that came late, twice or from an older term and changed
// something.
#include "views/why.h"

#include <stdio.h>

#define MOST_SAID 3

struct late {
    struct lines *lines;
    int said;
    int arrived;  // Index of the last message that came late; -1: none.
    bool doubled;
    double sent_ms;
    int term_before;  // The receiver's.
};

static void look_at_arrival(struct late *late, const struct span *span,
                            const struct servers *servers,
                            const struct event *event)
{
    late->arrived = -1;
    bool doubled = false;
    const struct event *sent = event_departure(span->run, event, &doubled);
    if (event->ms - sent->ms < LATE_MESSAGE_MS && !doubled)
        return;
    late->arrived = (int)(event - span->run->events);
    late->doubled = doubled;
    late->sent_ms = sent->ms;
    late->term_before = servers->each[event->server].term;
}

// A save on the thread that has just received a message comes from that
// message.
static void look_at_save(struct late *late, const struct span *span,
                         const struct event *event)
{
    const struct event *arrived = &span->run->events[late->arrived];
    int dropped_from = int_of(event->json, "dropped_from", 0);
    if (event->server != arrived->server || event->thread != arrived->thread ||
        dropped_from == 0 || late->said == MOST_SAID)
        return;
    late->said++;
    int term = int_of(event_args(span->run, arrived), "term", 0);
    lines_add(late->lines,
              "  A %s of S%d to S%d's %s of T%d came %s at %.1f\x1fms (sent %s "
              "before); S%d, in T%d, then dropped its entries from %d on.",
              is_kind(arrived, "reply_arrived") ? "reply" : "request",
              arrived->peer, arrived->server, text_of(arrived->json, "method"),
              term, late->doubled ? "twice" : "late", arrived->ms,
              duration_text(arrived->ms - late->sent_ms), event->server,
              late->term_before, dropped_from);
    late->arrived = -1;
}

static void look(void *self, const struct span *span,
                 const struct servers *servers, const struct event *event)
{
    struct late *late = self;
    if (event->server == -1)
        return;
    if (is_kind(event, "request_arrived") || is_kind(event, "reply_arrived"))
        look_at_arrival(late, span, servers, event);
    else if (is_kind(event, "saved") && late->arrived != -1)
        look_at_save(late, span, event);
}

void why_late(const struct span *span, struct lines *lines)
{
    struct late late = { .lines = lines, .arrived = -1 };
    span_walk(span, look, &late);
}
