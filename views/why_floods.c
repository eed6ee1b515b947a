// Finds what the requests of a flood have in common.
#include "views/why.h"

#include <stdio.h>
#include <string.h>

// So many of the last requests are looked at.
#define MOST_SEEN 1000

// Requests of one kind, with the same previous entry and number of entries.
struct alike {
    const char *method;
    int prev_index;
    int n_entries;
    int term;
    int times;
};

struct flood {
    int from;
    int to;
    struct alike kinds[20];
    int n_kinds;
    int n;
    double first_ms;
    int succeeded;  // Replies that came.
    int refused;
};

// The servers that the verdict names. False if it is about no flood.
static bool read_verdict(const struct run *run, struct flood *flood)
{
    for (int i = run->n_events - 1; i >= 0; i--) {
        if (!is_kind(&run->events[i], "verdict"))
            continue;
        const char *text = text_of(run->events[i].json, "text");
        return sscanf(text, "server %d floods server %d", &flood->from,
                      &flood->to) == 2;
    }
    return false;
}

static void count_request(struct flood *flood, const struct event *event)
{
    json_t *args = json_object_get(event->json, "args");
    struct alike new = {
        .method = text_of(event->json, "method"),
        .prev_index = int_of(args, "prev_log_index", -1),
        .n_entries = int_of(args, "n_entries", 0),
        .term = int_of(args, "term", 0),
        .times = 1,
    };
    flood->n++;
    flood->first_ms = event->ms;
    for (int k = 0; k < flood->n_kinds; k++) {
        struct alike *kind = &flood->kinds[k];
        if (strcmp(kind->method, new.method) == 0 &&
            kind->prev_index == new.prev_index &&
            kind->n_entries == new.n_entries && kind->term == new.term) {
            kind->times++;
            return;
        }
    }
    if (flood->n_kinds < (int)(sizeof flood->kinds / sizeof flood->kinds[0]))
        flood->kinds[flood->n_kinds++] = new;
}

static void count_reply(struct flood *flood, const struct event *event)
{
    json_t *reply = json_object_get(event->json, "reply");
    if (bool_of(reply, "success") || bool_of(reply, "vote_granted"))
        flood->succeeded++;
    else
        flood->refused++;
}

static void say_most(const struct flood *flood, double to_ms,
                     struct lines *lines)
{
    const struct alike *most = &flood->kinds[0];
    for (int k = 1; k < flood->n_kinds; k++)
        if (flood->kinds[k].times > most->times)
            most = &flood->kinds[k];
    const char *method = strrchr(most->method, '.');
    char what[80] = "";
    if (most->prev_index >= 0)
        snprintf(what, sizeof what, " with prev_log_index %d and %d entries",
                 most->prev_index, most->n_entries);
    lines_add(lines,
              "  Of the last %d requests of S%d to S%d, sent in %s, %d are %s "
              "of T%d%s. Replies that came meanwhile: %d success, %d refusals.",
              flood->n, flood->from, flood->to,
              duration_text(to_ms - flood->first_ms), most->times,
              method == NULL ? most->method : method + 1, most->term, what,
              flood->succeeded, flood->refused);
}

bool why_floods(const struct span *span, struct lines *lines)
{
    const struct run *run = span->run;
    struct flood flood = { 0 };
    if (!read_verdict(run, &flood))
        return false;
    for (int i = run->n_events - 1; i >= 0 && flood.n < MOST_SEEN; i--) {
        const struct event *event = &run->events[i];
        if (event->server != flood.from || event->peer != flood.to)
            continue;
        if (is_kind(event, "request_sent"))
            count_request(&flood, event);
        else if (is_kind(event, "reply_arrived"))
            count_reply(&flood, event);
    }
    if (flood.n > 0)
        say_most(&flood, span->to_ms, lines);
    return true;
}
