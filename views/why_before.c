// Tells what happened just before a rule was broken or the process died.
#include "views/lines.h"
#include "views/why.h"

#include <stdlib.h>
#include <string.h>

#define MOST_BEFORE 6

// ---- An event in words ----

static void put_request(FILE *to, const struct event *event, json_t *args)
{
    const char *method = text_of(event->json, "method");
    method += strncmp(method, "Raft.", 5) == 0 ? 5 : 0;
    fprintf(to, "%s T%d", method, int_of(args, "term", 0));
    if (is_rpc(event, "RequestVote"))
        fprintf(to, ", last_log %s",
                entry_text(int_of(args, "last_log_index", 0),
                           int_of(args, "last_log_term", 0)));
    else if (is_rpc(event, "AppendEntries"))
        fprintf(to, ", prev_log %s, n_entries %d, leader_commit %d",
                entry_text(int_of(args, "prev_log_index", 0),
                           int_of(args, "prev_log_term", 0)),
                int_of(args, "n_entries", 0), int_of(args, "leader_commit", 0));
    else if (is_rpc(event, "InstallSnapshot"))
        fprintf(to, ", last_included %s",
                entry_text(int_of(args, "last_included_index", 0),
                           int_of(args, "last_included_term", 0)));
}

static void put_reply(FILE *to, const struct run *run,
                      const struct event *event)
{
    json_t *reply = json_object_get(event->json, "reply");
    if (reply == NULL && event->cause != -1)
        reply = json_object_get(run->events[event->cause].json, "reply");
    int term = int_of(reply, "term", 0);
    json_t *args = event_args(run, event);
    if (is_rpc(event, "RequestVote"))
        fprintf(to, "vote %s, T%d",
                bool_of(reply, "vote_granted") ? "granted" : "refused", term);
    else if (is_rpc(event, "AppendEntries") && bool_of(reply, "success"))
        fprintf(to, "success, T%d, of prev_log %s and %d entries", term,
                entry_text(int_of(args, "prev_log_index", 0),
                           int_of(args, "prev_log_term", 0)),
                int_of(args, "n_entries", 0));
    else if (is_rpc(event, "AppendEntries"))
        fprintf(to, "refused, T%d, conflict_index %d, conflict_term %d", term,
                int_of(reply, "conflict_index", 0),
                int_of(reply, "conflict_term", 0));
    else
        fprintf(to, "answer, T%d", term);
}

static void put_save(FILE *to, json_t *json)
{
    json_t *last = json_object_get(json, "last");
    int voted_for = int_of(json, "voted_for", -1);
    int dropped_from = int_of(json, "dropped_from", 0);
    if (bool_of(json, "unreadable")) {
        fputs("saves what does not decode", to);
        return;
    }
    fprintf(to, "saves T%d, vote ", int_of(json, "term", 0));
    if (voted_for == -1)
        fputs("nobody", to);
    else
        fprintf(to, "S%d", voted_for);
    fprintf(to, ", last %s",
            entry_text(int_of(last, "index", 0), int_of(last, "term", 0)));
    if (dropped_from != 0)
        fprintf(to, "; what was at %d and behind is gone", dropped_from);
}

// Puts the event into words. False if it does not matter here.
//   peers  whom the message is for, or from
static bool put_event(FILE *to, const struct run *run,
                      const struct event *event, unsigned long peers)
{
    json_t *json = event->json;
    int index = int_of(json, "index", 0);
    const char *to_peers = servers_text(peers);
    if (is_kind(event, "request_sent") || is_kind(event, "request_arrived")) {
        bool sent = is_kind(event, "request_sent");
        fprintf(to, "%s %s: ", sent ? "sends" : "hears from", to_peers);
        put_request(to, event, event_args(run, event));
    } else if (is_kind(event, "reply_sent") ||
               is_kind(event, "reply_arrived")) {
        bool sent = is_kind(event, "reply_sent");
        fprintf(to, "%s %s: ", sent ? "answers" : "hears from", to_peers);
        put_reply(to, run, event);
    } else if (is_kind(event, "saved")) {
        put_save(to, json);
    } else if (is_kind(event, "applied")) {
        fprintf(to, "applies %d", index);
    } else if (is_kind(event, "applied_snapshot")) {
        fprintf(to, "installs a snapshot up to %d", index);
    } else if (is_kind(event, "snapshot_made")) {
        fprintf(to, "is given a snapshot up to %d", index);
    } else if (is_kind(event, "offered")) {
        fprintf(to, "takes a command at %s",
                entry_text(index, int_of(json, "term", 0)));
    } else if (is_kind(event, "started") || is_kind(event, "crashed")) {
        fputs(event->kind, to);
    } else {
        return false;
    }
    return true;
}

// "2544.066 S0 hears from S2: RequestVote T4, last_log 5@T1". NULL if the event
// does not matter. The caller frees it.
static char *event_text(const struct run *run, const struct event *event,
                        unsigned long peers)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL)
        abort();
    fprintf(to, "  %.3f S%d ", event->ms, event->server);
    bool matters = put_event(to, run, event, peers);
    fclose(to);
    if (matters)
        return text;
    free(text);
    return NULL;
}

// ---- The events before ----

// Adds the last events up to this one: of this server, or, if it is -1, of all.
static void add_events(const struct run *run, const struct event *last,
                       int server, struct lines *lines)
{
    char *texts[MOST_BEFORE];
    int n = 0;
    unsigned long peers = 0;
    const struct event *before = NULL;
    for (const struct event *e = last; e >= run->events && n < MOST_BEFORE;
         e--) {
        if (e->server == -1 || (server != -1 && e->server != server))
            continue;
        bool same = before != NULL && is_same_request(e, before);
        peers = (same ? peers : 0) | (e->peer == -1 ? 0 : 1UL << e->peer);
        char *text = event_text(run, e, peers);
        if (text == NULL)
            continue;
        if (same)
            free(texts[--n]);
        texts[n++] = text;
        before = e;
    }
    while (n > 0) {
        lines_add(lines, "%s", texts[--n]);
        free(texts[n]);
    }
}

// The first or second event that a broken rule's message is about. NULL if it
// is unknown.
static const struct event *contradicting(const struct run *run,
                                         const struct event *broken, size_t i)
{
    json_t *events = json_object_get(broken->json, "events");
    json_t *number = json_array_get(events, i);
    return number == NULL
               ? NULL
               : event_numbered(run, (int)json_integer_value(number));
}

static void add_before_rule(const struct run *run, const struct event *broken,
                            struct lines *lines)
{
    const struct event *earlier = contradicting(run, broken, 0);
    const struct event *later = contradicting(run, broken, 1);
    if (later == NULL || later->server == -1)
        return;
    char *text = NULL;
    if (earlier != NULL && earlier->server != -1)
        text = event_text(run, earlier,
                          earlier->peer == -1 ? 0 : 1UL << earlier->peer);
    if (text != NULL)
        lines_add(lines, "It contradicts, in ms:");
    if (text != NULL)
        lines_add(lines, "%s", text);
    free(text);
    lines_add(lines, "The last events of S%d, in ms:", later->server);
    add_events(run, later, later->server, lines);
}

// The server that has applied what the test did not expect; -1: none.
static int wrong_server(const struct run *run)
{
    const struct event *verdict = event_last(run, "verdict");
    int server = -1;
    int applied = 0;
    if (verdict != NULL)
        sscanf(text_of(verdict->json, "text"), "server %d applied%n", &server,
               &applied);
    return applied > 0 ? server : -1;
}

void why_before(const struct span *span, bool crashed, struct lines *lines)
{
    const struct run *run = span->run;
    const struct event *broken = event_last(run, "rule_broken");
    int server = wrong_server(run);
    if (broken != NULL) {
        add_before_rule(run, broken, lines);
    } else if (server != -1) {
        lines_add(lines, "The last events of S%d, in ms:", server);
        add_events(run, &run->events[run->n_events - 1], server, lines);
    } else if (crashed && run->n_events > 0) {
        lines_add(lines, "The last events before it, in ms:");
        add_events(run, &run->events[run->n_events - 1], -1, lines);
    }
}
