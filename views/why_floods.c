// Finds what the requests of a flood have in common.
#include "views/why.h"

#include <stdio.h>
#include <stdlib.h>
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
    struct alike kinds[MOST_SEEN];
    int n_kinds;
    int n;
    double first_ms;
    int succeeded;  // Replies that came.
    int refused;
};

// The pair of servers with the most requests of one direction.
static void find_busiest(const struct run *run, struct flood *flood)
{
    int n = run->n_servers;
    int *sent = calloc((size_t)n * (size_t)n, sizeof(int));
    if (sent == NULL)
        abort();
    for (int i = 0; i < run->n_events; i++) {
        const struct event *event = &run->events[i];
        if (is_kind(event, "request_sent") && event->server != -1 &&
            event->peer != -1)
            sent[event->server * n + event->peer]++;
    }
    int most = 0;
    for (int pair = 1; pair < n * n; pair++)
        most = sent[pair] > sent[most] ? pair : most;
    flood->from = most / n;
    flood->to = most % n;
    free(sent);
}

// The servers that the verdict names, or the busiest ones if it counts the
// messages of all. False if it is about no flood.
static bool read_verdict(const struct run *run, struct flood *flood)
{
    const char *text = "";
    for (int i = 0; i < run->n_events; i++)
        if (is_kind(&run->events[i], "verdict"))
            text = text_of(run->events[i].json, "text");
    if (run->n_servers == 0)
        return false;
    if (strncmp(text, "too many RPCs", 13) == 0 ||
        strncmp(text, "too many bytes", 14) == 0) {
        find_busiest(run, flood);
        return true;
    }
    return sscanf(text, "server %d floods server %d", &flood->from,
                  &flood->to) == 2;
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
              "  The last %d requests of S%d to S%d, sent in %s, were of %d "
              "kind%s; one was sent %s: %s of T%d%s. Replies that came "
              "meanwhile: %d success, %d refusals.",
              flood->n, flood->from, flood->to,
              duration_text(to_ms - flood->first_ms), flood->n_kinds,
              flood->n_kinds == 1 ? "" : "s", times_text(most->times),
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
