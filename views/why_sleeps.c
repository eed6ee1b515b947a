// Finds the thread that should apply, and tells what it waits for.
#include "views/why.h"

// The simulator tells what each thread waits for right before the verdict.
// Returns the last of these events that is of this server and of the thread
// that has delivered what it applied last. NULL: none, as in real time.
static const struct event *find_applier(const struct run *run, int server)
{
    int i = run->n_events - 1;
    while (i >= 0 && !is_kind(&run->events[i], "verdict"))
        i--;
    for (i--; i >= 0 && is_kind(&run->events[i], "waits"); i--) {
        const struct event *event = &run->events[i];
        if (event->server == server && bool_of(event->json, "applies"))
            return event;
    }
    return NULL;
}

// The name of a thread; "" if it does not wait, too.
static const char *name_of(const struct run *run, int thread)
{
    for (int i = run->n_events - 1; i >= 0; i--) {
        const struct event *event = &run->events[i];
        if (is_kind(event, "waits") && event->thread == thread)
            return text_of(event->json, "name");
    }
    return "";
}

void why_sleeps(const struct span *span, int server, double least_ms,
                struct lines *lines)
{
    const struct event *wait = find_applier(span->run, server);
    if (wait == NULL || bool_of(wait->json, "limit") ||
        text_of(wait->json, "file")[0] == '\0')
        return;
    double since_ms =
        json_number_value(json_object_get(wait->json, "since_ms"));
    if (span->to_ms - since_ms < least_ms)
        return;
    int holder = int_of(wait->json, "holder", 0);
    const char *held_by = holder > 0 ? name_of(span->run, holder) : "";
    lines_add(
        lines, "    Its thread \"%s\" has waited %s %s, in %s (%s:%d)%s%s%s.",
        text_of(wait->json, "name"), duration_text(span->to_ms - since_ms),
        text_of(wait->json, "text"), text_of(wait->json, "function"),
        text_of(wait->json, "file"), int_of(wait->json, "line", 0),
        holder == 0 ? ": nobody has woken it" : "",
        held_by[0] != '\0' ? ", held by " : "", held_by);
}
