// Writes an event's fields, by its kind.
#include "record/internal.h"

#include "labrpc/labrpc.h"
#include "record/messages.h"
#include "rt/debug_log.h"

static const char *const names[N_EVENT_KINDS] = {
    [EVENT_TEST_BEGINS] = "test_begins",
    [EVENT_ACT_BEGINS] = "act_begins",
    [EVENT_ACT_ENDS] = "act_ends",
    [EVENT_NETWORK] = "network",
    [EVENT_ASKED] = "asked",
    [EVENT_ANSWERED] = "answered",
    [EVENT_RULE_BROKEN] = "rule_broken",
    [EVENT_VERDICT] = "verdict",
    [EVENT_STARTED] = "started",
    [EVENT_CRASHED] = "crashed",
    [EVENT_CUT_OFF] = "cut_off",
    [EVENT_CONNECTED] = "connected",
    [EVENT_LINK] = "link",
    [EVENT_PAUSED] = "paused",
    [EVENT_RESUMED] = "resumed",
    [EVENT_CLOCK] = "clock",
    [EVENT_OFFERED] = "offered",
    [EVENT_OFFER_REFUSED] = "offer_refused",
    [EVENT_AGREED] = "agreed",
    [EVENT_LEADS] = "leads",
    [EVENT_APPLIED] = "applied",
    [EVENT_APPLIED_SNAPSHOT] = "applied_snapshot",
    [EVENT_SNAPSHOT_MADE] = "snapshot_made",
    [EVENT_LOG] = "log",
    [EVENT_REQUEST_SENT] = "request_sent",
    [EVENT_REQUEST_DOUBLED] = "request_doubled",
    [EVENT_REQUEST_LOST] = "request_lost",
    [EVENT_REQUEST_ARRIVED] = "request_arrived",
    [EVENT_REPLY_SENT] = "reply_sent",
    [EVENT_REPLY_LOST] = "reply_lost",
    [EVENT_REPLY_ARRIVED] = "reply_arrived",
    [EVENT_SAVED] = "saved",
    [EVENT_TURN] = "turn",
    [EVENT_WAITS] = "waits",
    [EVENT_LOCKS] = "locks",
    [EVENT_UNLOCKS] = "unlocks",
};

static void put_text(struct json *j, const char *name, const char *text)
{
    if (text != NULL)
        json_text(j, name, text);
}

// ---- The test ----

static void put_beginning(struct json *j, const struct event *event)
{
    put_text(j, "network", event->begins.network);
    put_text(j, "text", event->begins.title);
}

// Writes an event in words. Its field for the name depends on the kind.
static void put_words(struct json *j, const struct event *event,
                      const char *name)
{
    put_text(j, name, event->words.name);
    put_text(j, "text", event->words.text);
}

static void put_act(struct json *j, const struct event *event)
{
    put_words(j, event, "act");
}

static void put_rule(struct json *j, const struct event *event)
{
    put_text(j, "rule", event->rule.name);
    put_text(j, "text", event->rule.text);
    json_open(j, "events", '[');
    for (int k = 0; k < 2; k++) {
        if (event->rule.events[k] > 0)
            json_int(j, NULL, (int64_t)event->rule.events[k]);
    }
    json_close(j, ']');
}

static void put_verdict(struct json *j, const struct event *event)
{
    put_words(j, event, "result");
}

static void put_said(struct json *j, const struct event *event)
{
    put_words(j, event, "name");
}

// ---- A server ----

static void put_crash(struct json *j, const struct event *event)
{
    json_bool(j, "hard", event->hard);
}

static void put_link(struct json *j, const struct event *event)
{
    json_int(j, "peer", event->link.peer);
    json_bool(j, "cut", event->link.cut);
    json_int(j, "delay_ms", event->link.delay_ms);
}

static void put_pause(struct json *j, const struct event *event)
{
    json_int(j, "for_ms", event->ms);
}

static void put_clock(struct json *j, const struct event *event)
{
    json_int(j, "percent", event->percent);
}

static void put_offer(struct json *j, const struct event *event)
{
    if (event->kind != EVENT_OFFER_REFUSED)
        json_int(j, "index", event->offer.index);
    if (event->kind == EVENT_OFFERED)
        json_int(j, "term", event->offer.term);
    json_command(j, "command", event->offer.command);
    if (event->kind == EVENT_AGREED)
        json_int(j, "servers", event->offer.n_servers);
}

static void put_term(struct json *j, const struct event *event)
{
    json_int(j, "term", event->term);
}

static void put_command(struct json *j, const struct event *event)
{
    json_int(j, "index", event->applied.index);
    json_command(j, "command", event->applied.command);
}

static void put_snapshot(struct json *j, const struct event *event)
{
    json_int(j, "index", event->applied.index);
    json_int(j, "bytes", (int64_t)event->applied.command.len);
}

static void put_log(struct json *j, const struct event *event)
{
    json_int(j, "term", event->log.term);
    json_text(j, "topic", event->log.topic);
    json_text(j, "text", event->log.text);
    put_text(j, "file", event->log.file);
    if (event->log.line > 0)
        json_int(j, "line", event->log.line);
}

// ---- Messages ----

static void put_message(struct json *j, const struct event *event)
{
    int peer = event->message.peer.server;
    if (peer < 0 && event->message.args != NULL)
        peer = message_sender(event->message.method, event->message.args);
    if (peer >= 0)
        json_int(j, "peer", peer);
    if (event->message.peer.number > 0)
        json_int(j, "peer_life", event->message.peer.number);
    json_text(j, "method", event->message.method->name);
    put_text(j, "why", event->message.why);
    if (event->message.args == NULL)
        return;
    json_int(j, "bytes", (int64_t)event->message.size);
    if (event->message.reply != NULL)
        json_reply(j, event->message.method, event->message.reply);
    else
        json_args(j, event->message.method, event->message.args);
}

// ---- Threads ----

static void put_turn(struct json *j, const struct event *event)
{
    put_text(j, "name", event->act.name);
}

static void put_act_of_thread(struct json *j, const struct event *event)
{
    put_text(j, "name", event->act.name);
    put_text(j, "on", event->act.on);
    put_text(j, "text", event->act.text);
    put_text(j, "function", event->act.function);
    put_text(j, "file", event->act.file);
    if (event->act.file != NULL)
        json_int(j, "line", event->act.line);
    if (event->kind != EVENT_WAITS)
        return;
    json_float(j, "since_ms", debug_log_ms(event->act.since_ns));
    json_bool(j, "limit", event->act.has_limit);
    if (event->act.has_applied)
        json_bool(j, "applies", true);
}

// ---- All of them ----

void event_text(struct json *j, const struct event *event)
{
    static void (*const writers[N_EVENT_KINDS])(struct json *,
                                                const struct event *) = {
        [EVENT_TEST_BEGINS] = put_beginning,
        [EVENT_ACT_BEGINS] = put_act,
        [EVENT_ACT_ENDS] = put_act,
        [EVENT_NETWORK] = put_said,
        [EVENT_ASKED] = put_said,
        [EVENT_ANSWERED] = put_said,
        [EVENT_RULE_BROKEN] = put_rule,
        [EVENT_VERDICT] = put_verdict,
        [EVENT_CRASHED] = put_crash,
        [EVENT_LINK] = put_link,
        [EVENT_PAUSED] = put_pause,
        [EVENT_CLOCK] = put_clock,
        [EVENT_OFFERED] = put_offer,
        [EVENT_OFFER_REFUSED] = put_offer,
        [EVENT_AGREED] = put_offer,
        [EVENT_LEADS] = put_term,
        [EVENT_APPLIED] = put_command,
        [EVENT_APPLIED_SNAPSHOT] = put_snapshot,
        [EVENT_SNAPSHOT_MADE] = put_snapshot,
        [EVENT_LOG] = put_log,
        [EVENT_REQUEST_SENT] = put_message,
        [EVENT_REQUEST_DOUBLED] = put_message,
        [EVENT_REQUEST_LOST] = put_message,
        [EVENT_REQUEST_ARRIVED] = put_message,
        [EVENT_REPLY_SENT] = put_message,
        [EVENT_REPLY_LOST] = put_message,
        [EVENT_REPLY_ARRIVED] = put_message,
        [EVENT_SAVED] = save_text,
        [EVENT_TURN] = put_turn,
        [EVENT_WAITS] = put_act_of_thread,
        [EVENT_LOCKS] = put_act_of_thread,
        [EVENT_UNLOCKS] = put_act_of_thread,
    };
    json_text(j, "event", names[event->kind]);
    int server = event->life.server;
    if (server < 0 && writers[event->kind] == put_message &&
        event->message.args != NULL)
        server = message_sender(event->message.method, event->message.args);
    if (server >= 0)
        json_int(j, "server", server);
    if (event->life.number > 0)
        json_int(j, "life", event->life.number);
    if (event->cause > 0)
        json_int(j, "cause", (int64_t)event->cause);
    if (writers[event->kind] != NULL)
        writers[event->kind](j, event);
}
