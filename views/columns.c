#include "views/columns.h"

#include "views/grid.h"
#include "views/lines.h"
#include "views/server.h"

#include <stdlib.h>
#include <string.h>

// Equal requests to several peers within this time are one row.
#define TOGETHER_MS 1.0

struct columns {
    const struct run *run;
    unsigned topics;
    struct grid *grid;
    struct servers servers;  // Their state before the present event.
    int *heartbeats;         // Of each leader, not printed yet.
    bool *told;              // Events that were printed with another.
};

static const struct {
    const char *name;
    enum topic topic;
} topics[] = {
    { "acts", TOPIC_ACTS },
    { "votes", TOPIC_VOTES },
    { "entries", TOPIC_ENTRIES },
    { "heartbeats", TOPIC_HEARTBEATS },
    { "snapshots", TOPIC_SNAPSHOTS },
    { "saves", TOPIC_SAVES },
    { "applies", TOPIC_APPLIES },
    { "losses", TOPIC_LOSSES },
    { "log", TOPIC_LOG },
};

unsigned topic_named(const char *name)
{
    for (size_t k = 0; k < sizeof topics / sizeof topics[0]; k++)
        if (strcmp(topics[k].name, name) == 0)
            return topics[k].topic;
    return 0;
}

#define say(columns, event, topic, colour, ...)                                \
    ((columns)->topics & (topic)                                               \
         ? grid_say((columns)->grid, (event)->ms, (event)->server, colour,     \
                    __VA_ARGS__)                                               \
         : (void)0)
#define say_across_in(columns, event, colour, ...)                             \
    ((columns)->topics & TOPIC_ACTS                                            \
         ? grid_say_across((columns)->grid, (event)->ms, colour, __VA_ARGS__)  \
         : (void)0)
#define say_across(columns, event, ...)                                        \
    say_across_in(columns, event, BOLD, __VA_ARGS__)

// ---- Texts ----

// A command as a word.
static const char *command_text(json_t *command)
{
    static char text[24];
    if (json_is_integer(command))
        snprintf(text, sizeof text, "%lld",
                 (long long)json_integer_value(command));
    else if (json_is_string(command))
        snprintf(text, sizeof text, "\"%.12s\"", json_string_value(command));
    else
        snprintf(text, sizeof text, "...");
    return text;
}

// "5", or "5..7".
static const char *range_text(int from, int n)
{
    static char text[32];
    if (n == 1)
        snprintf(text, sizeof text, "%d", from);
    else
        snprintf(text, sizeof text, "%d..%d", from, from + n - 1);
    return text;
}

// ---- Messages ----

// The peers that this request goes to at this time. Marks the later events as
// printed.
static const char *receivers(struct columns *columns, const struct event *event)
{
    const struct run *run = columns->run;
    unsigned long peers = 1UL << event->peer;
    const struct event *end = run->events + run->n_events;
    for (const struct event *e = event + 1;
         e < end && e->ms - event->ms < TOGETHER_MS; e++) {
        if (e->peer == -1 || !is_same_request(event, e))
            continue;
        peers |= 1UL << e->peer;
        columns->told[e - run->events] = true;
    }
    return servers_text(peers);
}

static void tell_heartbeats(struct columns *columns, const struct event *event)
{
    int *n = &columns->heartbeats[event->server];
    if (*n > 0)
        say(columns, event, TOPIC_HEARTBEATS, FAINT, "%d heartbeat%s", *n,
            *n == 1 ? "" : "s");
    *n = 0;
}

static void tell_request(struct columns *columns, const struct event *event)
{
    json_t *args = json_object_get(event->json, "args");
    int term = int_of(args, "term", 0);
    if (is_rpc(event, "RequestVote")) {
        const char *last = entry_text(int_of(args, "last_log_index", 0),
                                      int_of(args, "last_log_term", 0));
        say(columns, event, TOPIC_VOTES, MAGENTA,
            "stands T%d, last %s, asks %s", term, last,
            receivers(columns, event));
    } else if (is_rpc(event, "AppendEntries")) {
        int n = int_of(args, "n_entries", 0);
        int prev = int_of(args, "prev_log_index", 0);
        if (n == 0) {
            columns->heartbeats[event->server]++;
            return;
        }
        say(columns, event, TOPIC_ENTRIES, PLAIN, "%s ->%s",
            range_text(prev + 1, n), receivers(columns, event));
    } else if (is_rpc(event, "InstallSnapshot")) {
        say(columns, event, TOPIC_SNAPSHOTS, BLUE, "snapshot %d ->%s",
            int_of(args, "last_included_index", 0), receivers(columns, event));
    } else {
        say(columns, event, TOPIC_ENTRIES, PLAIN, "%s ->%s",
            text_of(event->json, "method"), receivers(columns, event));
    }
}

// Tells of a refusing reply. No save shows a refusal.
static void tell_reply(struct columns *columns, const struct event *event)
{
    json_t *reply = json_object_get(event->json, "reply");
    if (reply == NULL)
        return;
    if (is_rpc(event, "RequestVote") && !bool_of(reply, "vote_granted"))
        say(columns, event, TOPIC_VOTES, RED, "no vote for S%d", event->peer);
    if (is_rpc(event, "AppendEntries") && !bool_of(reply, "success")) {
        json_t *args = event_args(columns->run, event);
        say(columns, event, TOPIC_ENTRIES, RED, "refuses S%d: prev %s, hint %d",
            event->peer,
            entry_text(int_of(args, "prev_log_index", 0),
                       int_of(args, "prev_log_term", 0)),
            int_of(reply, "conflict_index", 0));
    }
}

static void tell_vote_arrived(struct columns *columns,
                              const struct event *event)
{
    if (is_rpc(event, "RequestVote") &&
        bool_of(json_object_get(event->json, "reply"), "vote_granted"))
        say(columns, event, TOPIC_VOTES, MAGENTA, "S%d's vote, T%d",
            event->peer, int_of(event_args(columns->run, event), "term", 0));
}

static bool carries_something(struct columns *columns,
                              const struct event *event)
{
    json_t *args = event_args(columns->run, event);
    return !is_rpc(event, "AppendEntries") || int_of(args, "n_entries", 0) > 0;
}

static void tell_loss(struct columns *columns, const struct event *event)
{
    if (!carries_something(columns, event))
        return;
    const char *rpc = text_of(event->json, "method");
    rpc += strncmp(rpc, "Raft.", 5) == 0 ? 5 : 0;
    bool doubled = is_kind(event, "request_doubled");
    say(columns, event, TOPIC_LOSSES, doubled ? YELLOW : RED, "%s %s S%d %s",
        rpc, is_kind(event, "reply_lost") ? "reply to" : "to", event->peer,
        doubled ? "doubled" : "lost");
}

static void tell_lateness(struct columns *columns, const struct event *event)
{
    bool doubled = false;
    const struct event *sent = event_departure(columns->run, event, &doubled);
    if (event->ms - sent->ms > LATE_MESSAGE_MS &&
        carries_something(columns, event))
        say(columns, event, TOPIC_LOSSES, YELLOW, "from S%d, %s late",
            event->peer, duration_text(event->ms - sent->ms));
}

static void tell_message(struct columns *columns, const struct event *event)
{
    if (is_kind(event, "request_sent"))
        tell_request(columns, event);
    else if (is_kind(event, "reply_sent"))
        tell_reply(columns, event);
    else if (is_kind(event, "request_arrived"))
        tell_lateness(columns, event);
    else if (is_kind(event, "reply_arrived")) {
        tell_lateness(columns, event);
        tell_vote_arrived(columns, event);
    } else if (is_kind(event, "request_lost") || is_kind(event, "reply_lost") ||
               is_kind(event, "request_doubled")) {
        tell_loss(columns, event);
    }
}

// ---- A server's own ----

static void tell_save(struct columns *columns, const struct event *event)
{
    json_t *json = event->json;
    const struct server *before = &columns->servers.each[event->server];
    int term = int_of(json, "term", 0);
    int voted_for = int_of(json, "voted_for", -1);
    if (bool_of(json, "unreadable")) {
        say(columns, event, TOPIC_SAVES, RED, "saves what does not decode");
        return;
    }
    if (voted_for != before->voted_for && voted_for != -1 &&
        voted_for != event->server)
        say(columns, event, TOPIC_VOTES, MAGENTA, "T%d votes S%d", term,
            voted_for);
    else if (term != before->term)
        say(columns, event, TOPIC_VOTES, PLAIN, "T%d", term);
    int dropped_from = int_of(json, "dropped_from", 0);
    if (dropped_from > 0)
        say(columns, event, TOPIC_SAVES, YELLOW, "drops %d..", dropped_from);
    int appended = int_of(json, "n_appended", 0);
    int last = int_of(json_object_get(json, "last"), "index", 0);
    int last_term = int_of(json_object_get(json, "last"), "term", 0);
    if (appended > 0)
        say(columns, event, TOPIC_SAVES, PLAIN,
            appended == 1 ? "saves %s@T%d" : "saves %s, last T%d",
            range_text(last - appended + 1, appended), last_term);
    int first = int_of(json_object_get(json, "first"), "index", 0);
    if (first > before->snapshot.index)
        say(columns, event, TOPIC_SNAPSHOTS, BLUE, "snapshot to %d", first);
}

static void tell_apply(struct columns *columns, const struct event *event)
{
    int index = int_of(event->json, "index", 0);
    if (is_kind(event, "applied"))
        say(columns, event, TOPIC_APPLIES, GREEN, "applies %d=%s", index,
            command_text(json_object_get(event->json, "command")));
    else
        say(columns, event, TOPIC_SNAPSHOTS, BLUE, "installs %d", index);
}

static void tell_last_heartbeats(struct columns *columns)
{
    const struct run *run = columns->run;
    if (run->n_events == 0)
        return;
    struct event last = run->events[run->n_events - 1];
    for (last.server = 0; last.server < run->n_servers; last.server++)
        tell_heartbeats(columns, &last);
}

// ---- The tester ----

static void tell_verdict(struct columns *columns, const struct event *event)
{
    const char *result = text_of(event->json, "result");
    const char *text = text_of(event->json, "text");
    bool passed = strcmp(result, "passed") == 0;
    tell_last_heartbeats(columns);
    say_across_in(columns, event, passed ? BOLD_GREEN : BOLD_RED, "%s%s%s",
                  result, *text == 0 ? "" : ": ", text);
}

static bool tell_act(struct columns *columns, const struct event *event)
{
    json_t *json = event->json;
    if (is_kind(event, "started") || is_kind(event, "crashed") ||
        is_kind(event, "connected") || is_kind(event, "paused") ||
        is_kind(event, "resumed"))
        say_across(columns, event, "S%d %s", event->server, event->kind);
    else if (is_kind(event, "cut_off"))
        say_across(columns, event, "S%d cut off", event->server);
    else if (is_kind(event, "offered"))
        say_across(
            columns, event, "offer %s: S%d takes it at %s",
            command_text(json_object_get(json, "command")), event->server,
            entry_text(int_of(json, "index", 0), int_of(json, "term", 0)));
    else if (is_kind(event, "agreed"))
        say_across(columns, event, "agreed on %s at %d",
                   command_text(json_object_get(json, "command")),
                   int_of(json, "index", 0));
    else if (is_kind(event, "rule_broken"))
        say_across_in(columns, event, BOLD_RED, "BROKEN %s: %s",
                      text_of(json, "rule"), text_of(json, "text"));
    else if (is_kind(event, "verdict"))
        tell_verdict(columns, event);
    else if (is_kind(event, "act_begins") || is_kind(event, "network") ||
             is_kind(event, "asked") || is_kind(event, "answered"))
        say_across(columns, event, "%s", text_of(json, "text"));
    else if (is_kind(event, "link"))
        say_across(columns, event, "S%d -> S%d: %s", event->server, event->peer,
                   bool_of(json, "cut") ? "cut" : "another delay");
    else if (is_kind(event, "dropped"))
        say_across(columns, event, "%d events were dropped here",
                   int_of(json, "count", 0));
    else
        return false;
    return true;
}

// ---- All ----

// Tells how an event changes the inferred state.
static void tell_change(struct columns *columns, const struct event *event)
{
    const struct server *server = &columns->servers.each[event->server];
    enum role role = server->role;
    int commit = server->commit;
    int applied = server->applied;
    servers_read(&columns->servers, columns->run, event);
    if (is_kind(event, "started"))
        return;
    if (server->role == LEADER && role != LEADER)
        say(columns, event, TOPIC_VOTES, BOLD_GREEN, "LEADS T%d", server->term);
    if (server->role == FOLLOWER && role == LEADER)
        say(columns, event, TOPIC_VOTES, PLAIN, "leads no more");
    if (server->commit != commit && server->applied == applied)
        say(columns, event, TOPIC_APPLIES, GREEN, "commit %d", server->commit);
}

static void tell(struct columns *columns, const struct event *event)
{
    bool of_server = event->server != -1;
    bool heartbeat = event->peer != -1 && !carries_something(columns, event);
    if (of_server && !heartbeat)
        tell_heartbeats(columns, event);
    if (!tell_act(columns, event) && of_server &&
        !columns->told[event - columns->run->events]) {
        if (event->peer != -1)
            tell_message(columns, event);
        else if (is_kind(event, "saved"))
            tell_save(columns, event);
        else if (is_kind(event, "applied") ||
                 is_kind(event, "applied_snapshot"))
            tell_apply(columns, event);
        else if (is_kind(event, "log"))
            say(columns, event, TOPIC_LOG, FAINT, "%s",
                text_of(event->json, "text"));
    }
    if (of_server)
        tell_change(columns, event);
}

void columns_print(const struct run *run, const struct columns_options *options,
                   FILE *to)
{
    char name[200];
    run_name(run, name, sizeof name);
    struct columns columns = {
        .run = run,
        .topics = options->topics,
        .grid = grid_make(name, run->n_servers, options, to),
        .servers = servers_make(run->n_servers),
        .heartbeats = calloc((size_t)run->n_servers, sizeof(int)),
        .told = calloc((size_t)run->n_events + 1, sizeof(bool)),
    };
    if (columns.heartbeats == NULL || columns.told == NULL)
        abort();
    for (int i = 0; i < run->n_events; i++)
        tell(&columns, &run->events[i]);
    tell_last_heartbeats(&columns);
    grid_free(columns.grid);
    servers_free(columns.servers);
    free(columns.heartbeats);
    free(columns.told);
}
