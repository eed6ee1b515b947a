// Puts events into words, each without the events before it but for its causes.
#include "views/title.h"

#include "views/lines.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 1, 2))) static char *say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = text_format(format, args);
    va_end(args);
    text_unite(text);
    return text;
}

// A command as JSON: 4711, "x". The caller frees it.
static char *command_text(json_t *event)
{
    char *text = json_dumps(json_object_get(event, "command"),
                            JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);
    return text == NULL ? strdup("?") : text;
}

// ---- Messages ----

static char *request_text(const struct run *run, const struct event *event)
{
    json_t *args = event_args(run, event);
    if (is_rpc(event, "RequestVote"))
        return say("RequestVote T%d", int_of(args, "term", 0));
    if (is_rpc(event, "InstallSnapshot"))
        return say("InstallSnapshot %d",
                   int_of(args, "last_included_index", 0));
    if (!is_rpc(event, "AppendEntries") || args == NULL)
        return say("%s", text_of(event->json, "method"));
    int n = int_of(args, "n_entries", 0);
    int prev = int_of(args, "prev_log_index", 0);
    if (n == 0)
        return say("heartbeat T%d", int_of(args, "term", 0));
    if (n == 1)
        return say("AppendEntries %d", prev + 1);
    return say("AppendEntries %d..%d", prev + 1, prev + n);
}

// The reply of this event or of its causes. NULL if unknown.
static json_t *reply_of(const struct run *run, const struct event *event)
{
    for (;;) {
        json_t *reply = json_object_get(event->json, "reply");
        if (reply != NULL || event->cause == -1)
            return reply;
        event = &run->events[event->cause];
    }
}

static char *reply_text(const struct run *run, const struct event *event)
{
    json_t *reply = reply_of(run, event);
    if (reply != NULL && is_rpc(event, "RequestVote"))
        return say(bool_of(reply, "vote_granted") ? "vote T%d" : "no vote T%d",
                   int_of(reply, "term", 0));
    if (reply != NULL && is_rpc(event, "AppendEntries")) {
        if (bool_of(reply, "success"))
            return say("success T%d", int_of(reply, "term", 0));
        return say("refusal T%d, hint %d", int_of(reply, "term", 0),
                   int_of(reply, "conflict_index", 0));
    }
    return say("reply of %s", text_of(event->json, "method"));
}

static char *message_title(const struct run *run, const struct event *event)
{
    static const struct {
        const char *kind;
        const char *before;
        const char *way;
    } kinds[] = {
        { "request_sent", "", "to" },
        { "request_doubled", "doubled: ", "to" },
        { "request_lost", "LOST: ", "to" },
        { "request_arrived", "", "from" },
        { "reply_sent", "", "to" },
        { "reply_lost", "LOST: ", "to" },
        { "reply_arrived", "", "from" },
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (!is_kind(event, kinds[k].kind))
            continue;
        char *message = strncmp(event->kind, "reply_", 6) == 0
                            ? reply_text(run, event)
                            : request_text(run, event);
        char *title = say("%s%s %s S%d", kinds[k].before, message, kinds[k].way,
                          event->peer);
        free(message);
        return title;
    }
    return NULL;
}

// ---- Servers ----

static char *save_title(const struct event *event)
{
    json_t *json = event->json;
    json_t *last = json_object_get(json, "last");
    if (bool_of(json, "unreadable"))
        return say("saves what does not decode");
    int voted_for = int_of(json, "voted_for", -1);
    char *vote = voted_for == -1 ? say("no vote") : say("vote S%d", voted_for);
    char *title =
        say("saves T%d, %s, last %s", int_of(json, "term", 0), vote,
            entry_text(int_of(last, "index", 0), int_of(last, "term", 0)));
    free(vote);
    return title;
}

static char *command_title(const struct event *event)
{
    json_t *json = event->json;
    int index = int_of(json, "index", 0);
    char *command = command_text(json);
    char *title = NULL;
    if (is_kind(event, "offered"))
        title = say("takes %s at %s", command,
                    entry_text(index, int_of(json, "term", 0)));
    else if (is_kind(event, "offer_refused"))
        title = say("refuses %s: not the leader", command);
    else if (is_kind(event, "agreed"))
        title = say("agreed on %s at %d", command, index);
    else if (is_kind(event, "applied"))
        title = say("applies %d = %s", index, command);
    free(command);
    return title;
}

static char *server_title(const struct event *event)
{
    json_t *json = event->json;
    int index = int_of(json, "index", 0);
    if (is_kind(event, "saved"))
        return save_title(event);
    if (is_kind(event, "applied_snapshot"))
        return say("installs snapshot %d", index);
    if (is_kind(event, "snapshot_made"))
        return say("makes snapshot %d", index);
    if (is_kind(event, "leads"))
        return say("says that it leads T%d", int_of(json, "term", 0));
    if (is_kind(event, "log"))
        return say("log: %s", text_of(json, "text"));
    if (is_kind(event, "waits"))
        return say("thread \"%s\" waits %s", text_of(json, "name"),
                   text_of(json, "text"));
    if (is_kind(event, "cut_off"))
        return say("cut off");
    if (is_kind(event, "link") && bool_of(json, "cut"))
        return say("way to S%d cut", event->peer);
    if (is_kind(event, "link"))
        return say("way to S%d: delay %d ms", event->peer,
                   int_of(json, "delay_ms", 0));
    if (is_kind(event, "paused"))
        return say("paused for %d ms", int_of(json, "for_ms", 0));
    if (is_kind(event, "clock"))
        return say("clock at %d%%", int_of(json, "percent", 100));
    return NULL;
}

// ---- The test ----

static char *test_title(const struct event *event)
{
    json_t *json = event->json;
    const char *text = text_of(json, "text");
    if (is_kind(event, "test_begins"))
        return say("test begins%s%s", *text == 0 ? "" : ": ", text);
    if (is_kind(event, "act_begins"))
        return say("%s", *text == 0 ? text_of(json, "act") : text);
    if (is_kind(event, "act_ends"))
        return say("ends: %s", text_of(json, "act"));
    if (is_kind(event, "network") || is_kind(event, "asked") ||
        is_kind(event, "answered"))
        return say("%s: %s", event->kind, text);
    if (is_kind(event, "rule_broken"))
        return say("BROKEN %s: %s", text_of(json, "rule"), text);
    if (is_kind(event, "verdict"))
        return say("%s%s%s", text_of(json, "result"), *text == 0 ? "" : ": ",
                   text);
    if (is_kind(event, "dropped"))
        return say("%d events were dropped here", int_of(json, "count", 0));
    return NULL;
}

char *title_make(const struct run *run, const struct event *event)
{
    char *title = message_title(run, event);
    if (title == NULL)
        title = command_title(event);
    if (title == NULL)
        title = server_title(event);
    if (title == NULL)
        title = test_title(event);
    return title == NULL ? say("%s", event->kind) : title;
}
