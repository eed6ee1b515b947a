#include "views/summary.h"

#include "views/lines.h"
#include "views/server.h"
#include "views/why.h"

#include <stdlib.h>
#include <string.h>

#define MOST_LINES      30
#define MOST_ACTS       6
#define MOST_OF_VERDICT 12
#define LONGEST_ACT     200

// Progress has not ended if something was applied in this time.
#define SHORTEST_MS 1000.0

// The outermost act of the test that has begun and not ended; -1 if there is
// none. Acts nest.
static int open_act(const struct run *run)
{
    int open = -1;
    bool *has_ended = calloc((size_t)run->n_events + 1, sizeof(bool));
    if (has_ended == NULL)
        abort();
    for (int i = run->n_events - 1; i >= 0; i--) {
        const struct event *event = &run->events[i];
        if (is_kind(event, "act_ends") && event->cause != -1)
            has_ended[event->cause] = true;
        if (is_kind(event, "act_begins") && !has_ended[i])
            open = i;
    }
    free(has_ended);
    return open;
}

static double end_ms(const struct run *run)
{
    return run->n_events == 0 ? 0 : run->events[run->n_events - 1].ms;
}

// The index of the last event that was progress; -1 if there was none. Progress
// is that an index is applied for the first time, or, before the first command,
// that a server leads a newer term.
static int last_progress(const struct run *run)
{
    int applied = 0;
    int term = 0;
    int last = -1;
    bool offered = false;
    for (int i = 0; i < run->n_events; i++) {
        const struct event *event = &run->events[i];
        offered |= is_kind(event, "offered");
        int index =
            is_kind(event, "applied") ? int_of(event->json, "index", 0) : 0;
        int led = is_kind(event, "leads") ? int_of(event->json, "term", 0) : 0;
        if (index > applied || (led > term && !offered))
            last = i;
        applied = index > applied ? index : applied;
        term = led > term ? led : term;
    }
    return last;
}

// Finds the span without progress. It begins at the last progress, or when the
// test began to wait, whichever is earlier.
static struct span find_span(const struct run *run, int progress, int act)
{
    int from = progress == -1 ? 0 : progress;
    if (act != -1 && act < from)
        from = act;
    struct span span = { .run = run,
                         .from = from,
                         .to_ms = end_ms(run),
                         .end = servers_make(run->n_servers) };
    span.from_ms = run->n_events == 0 ? 0 : run->events[from].ms;
    span.progress_ms = progress == -1 ? 0 : run->events[progress].ms;
    for (int i = 0; i < run->n_events; i++)
        servers_read(&span.end, run, &run->events[i]);
    return span;
}

static void add_heading(const struct run *run, const struct event *verdict,
                        struct lines *lines)
{
    char name[200];
    run_name(run, name, sizeof name);
    const char *result =
        verdict == NULL ? "" : text_of(verdict->json, "result");
    lines_add(lines, "%s: %s after %s", name,
              *result == 0 ? "ended without a verdict" : result,
              duration_text(end_ms(run)));
}

// Adds the verdict's message, line by line. The first line may have been
// printed already.
static void add_verdict(const struct run *run, bool with_verdict,
                        struct lines *lines)
{
    const struct event *verdict = event_last(run, "verdict");
    if (with_verdict)
        add_heading(run, verdict, lines);
    const char *text = verdict == NULL ? "" : text_of(verdict->json, "text");
    bool first = true;
    for (int k = 0; *text != 0 && k < MOST_OF_VERDICT; k++) {
        size_t len = strcspn(text, "\n");
        if (with_verdict || !first)
            lines_add(lines, "  %.*s", (int)len, text);
        text += len + (text[len] == '\n');
        first = false;
    }
    lines_cut(lines, MOST_OF_VERDICT + with_verdict);
}

// An act of the tester that matters for later events. Acts of one kind in a row
// are joined: commands that a server accepts, servers that are connected.
struct act {
    const char *word;  // NULL: not such an act.
    double ms;
    unsigned long servers;
    struct entry_id first;  // Of the commands.
    struct entry_id last;
};

static struct act act_of(const struct event *event)
{
    static const struct {
        const char *kind;
        const char *word;
    } kinds[] = {
        { "started", "started" }, { "crashed", "crashed" },
        { "cut_off", "cut off" }, { "connected", "connected" },
        { "paused", "paused" },   { "offered", "takes" },
    };
    struct act act = { .ms = event->ms };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        if (is_kind(event, kinds[k].kind) && event->server != -1)
            act.word = kinds[k].word;
    if (act.word == NULL)
        return act;
    act.servers = 1UL << event->server;
    act.first.index = int_of(event->json, "index", 0);
    act.first.term = int_of(event->json, "term", 0);
    act.last = act.first;
    return act;
}

// Is the later act a part of the earlier one? A crash cuts a server off, and a
// start connects it.
static bool says_both(const struct act *later, const struct act *earlier)
{
    return later->servers == earlier->servers && later->ms - earlier->ms <= 1 &&
           ((strcmp(later->word, "cut off") == 0 &&
             strcmp(earlier->word, "crashed") == 0) ||
            (strcmp(later->word, "connected") == 0 &&
             strcmp(earlier->word, "started") == 0));
}

// Joins the earlier act into *later, if they are of one kind, or if the earlier
// one includes the later. Returns whether it did.
static bool join(struct act *later, const struct act *earlier)
{
    if (says_both(later, earlier)) {
        *later = *earlier;
        return true;
    }
    if (later->word != earlier->word)
        return false;
    bool takes = later->first.term != 0;
    if (takes && later->servers != earlier->servers)
        return false;
    if (!takes && later->ms - earlier->ms > 1)
        return false;
    later->servers |= earlier->servers;
    later->ms = earlier->ms;
    later->first = earlier->first;
    return true;
}

static void print_act(const struct act *act, FILE *to)
{
    const char *servers = servers_text(act->servers);
    if (act->first.term == 0)
        fprintf(to, "%.1f %s %s", act->ms, act->word, servers);
    else if (act->first.index == act->last.index)
        fprintf(to, "%.1f %s takes a command at %s", act->ms, servers,
                entry_text(act->last.index, act->last.term));
    else
        fprintf(to, "%.1f %s takes commands, from %s to %s", act->ms, servers,
                entry_text(act->first.index, act->first.term),
                entry_text(act->last.index, act->last.term));
}

// Adds the last few acts, the newest last.
static void add_acts(const struct run *run, struct lines *lines)
{
    struct act acts[MOST_ACTS];
    int n = 0;
    for (int i = run->n_events - 1; i >= 0; i--) {
        struct act act = act_of(&run->events[i]);
        if (act.word == NULL)
            continue;
        if (n > 0 && join(&acts[n - 1], &act)) {
            n -= n > 1 && join(&acts[n - 2], &acts[n - 1]);
            continue;
        }
        if (n == MOST_ACTS)
            break;
        acts[n++] = act;
    }
    char *all;
    size_t size;
    FILE *to = open_memstream(&all, &size);
    if (to == NULL)
        abort();
    while (n > 0) {
        print_act(&acts[--n], to);
        fputs(n > 0 ? "; " : ".", to);
    }
    fclose(to);
    if (size > 0)
        lines_add(lines, "Last acts, in ms: %s", all);
    free(all);
}

static void add_doing(const struct span *span, int act, int progress,
                      struct lines *lines)
{
    const struct run *run = span->run;
    if (act != -1)
        lines_add(lines, "The test was in: %.*s, since %.1f\x1fms, for %s.",
                  LONGEST_ACT, text_of(run->events[act].json, "text"),
                  run->events[act].ms,
                  duration_text(span->to_ms - run->events[act].ms));
    add_acts(run, lines);
    if (span->end.begin_is_missing)
        lines_add(lines, "The record was full: its first events are missing.");
    if (run->n_unread > 0)
        lines_add(lines, "%d lines of the record are no events.",
                  run->n_unread);
    if (progress == -1) {
        lines_add(lines, span->end.begin_is_missing
                             ? "No progress is on record."
                             : "There was no progress from the start.");
        return;
    }
    const struct event *last = &run->events[progress];
    if (is_kind(last, "leads"))
        lines_add(lines, "Progress ended at %.1f\x1fms: S%d led T%d.", last->ms,
                  last->server, int_of(last->json, "term", 0));
    else
        lines_add(lines,
                  "Progress ended at %.1f\x1fms: S%d applied %d, the last new "
                  "index.",
                  last->ms, last->server, int_of(last->json, "index", 0));
}

static const char *ago(double ms, double now_ms)
{
    return ms == NEVER       ? "-"
           : now_ms - ms < 1 ? "now"
                             : duration_text(now_ms - ms);
}

static const char *state_text(const struct server *server, double now_ms)
{
    return !server->exists                    ? "played"
           : !server->running                 ? "crashed"
           : server_is_paused(server, now_ms) ? "paused"
           : !server->connected               ? "cut off"
                                              : "runs";
}

static void add_server(const struct server *server, int i, double now_ms,
                       struct lines *lines)
{
    static const char *const roles[] = { "follower", "candidate", "leader" };
    char vote[12] = "-";
    if (server->voted_for != -1)
        snprintf(vote, sizeof vote, "S%d", server->voted_for);
    const char *snapshot =
        server->snapshot.index == 0
            ? "-"
            : entry_text(server->snapshot.index, server->snapshot.term);
    if (!server->known) {
        lines_add_row(
            lines, "S%-2d%-7s    ? %-9s ?    ?        ?        %7s %7d %6s %6s",
            i, state_text(server, now_ms), roles[server->role], "?",
            server->applied, ago(server->sent_ms, now_ms),
            ago(server->heard_ms, now_ms));
        return;
    }
    lines_add_row(lines, "S%-2d%-7s %4d %-9s %-4s %-8s %-8s %7d %7d %6s %6s", i,
                  state_text(server, now_ms), server->term, roles[server->role],
                  vote, snapshot,
                  entry_text(server->last.index, server->last.term),
                  server->commit, server->applied, ago(server->sent_ms, now_ms),
                  ago(server->heard_ms, now_ms));
}

// Those that are played by a test's script do not count.
static bool has_servers(const struct servers *servers)
{
    for (int i = 0; i < servers->n; i++)
        if (servers->each[i].exists)
            return true;
    return false;
}

static void add_servers(const struct span *span, struct lines *lines)
{
    lines_add_row(lines, "%-3s%-7s %4s %-9s %-4s %-8s %-8s %7s %7s %6s %6s", "",
                  "", "term", "role*", "vote", "snapshot", "last", "commit*",
                  "applied", "sent", "heard");
    for (int i = 0; i < span->run->n_servers; i++)
        if (span->end.each[i].exists)
            add_server(&span->end.each[i], i, span->to_ms, lines);
    lines_add(lines,
              "* as its messages show it. It last sent and heard so long ago.");
}

// Has the verdict's message one of these words? The last one is NULL.
static bool verdict_says(const struct run *run, const char *const words[])
{
    const struct event *verdict = event_last(run, "verdict");
    const char *text = verdict == NULL ? "" : text_of(verdict->json, "text");
    for (size_t i = 0; words[i] != NULL; i++)
        if (strstr(text, words[i]) != NULL)
            return true;
    return false;
}

static bool is_crash(const struct run *run)
{
    static const char *const signs[] = { "killed by signal", "the program ",
                                         "the process", "report is", NULL };
    return verdict_says(run, signs);
}

// Does the message name a call or a lock that somebody waits for, or a crash?
// The servers' silence follows from that, and explains nothing.
static bool is_hang_or_crash(const struct run *run)
{
    static const char *const signs[] = { "has not returned", "deadlock", NULL };
    return is_crash(run) || verdict_says(run, signs);
}

// Did the test fail because there was no progress? A broken rule or a crash is
// explained by its message: sentences about progress would be false then. So
// would those about servers that a script plays.
static bool is_about_progress(const struct span *span)
{
    return event_last(span->run, "rule_broken") == NULL &&
           !is_hang_or_crash(span->run) &&
           json_object_get(span->run->header, "played") == NULL &&
           span->to_ms - span->progress_ms >= SHORTEST_MS;
}

// Finds the beginning of the next sentence. The further lines of a sentence are
// indented more than its first.
static int sentence_end(const struct lines *why, int begin)
{
    int end = begin + 1;
    while (end < why->n && strncmp(why->each[end], "    ", 4) == 0)
        end++;
    return end;
}

static void add_why(const struct span *span, struct lines *lines)
{
    struct lines why = { 0 };
    bool progress = is_about_progress(span);
    if (why_floods(span, &why) && !progress)
        why_appends(span, &why);
    if (progress) {
        why_applies(span, &why);
        why_commits(span, &why);
        why_appends(span, &why);
        why_votes(span, &why);
        why_elections(span, &why);
    }
    why_late(span, &why);
    if (why.n > 0)
        lines_add(lines, "Since %.1f\x1fms:", span->from_ms);
    for (int i = 0, next; i < why.n; i = next) {
        next = sentence_end(&why, i);
        if (lines->n + next - i > MOST_LINES)
            break;
        for (int k = i; k < next; k++)
            lines_add_row(lines, "%s", why.each[k]);
    }
    lines_free(&why);
}

void summary_print(const struct run *run, bool with_verdict, FILE *to)
{
    struct lines lines = { 0 };
    int act = open_act(run);
    int progress = last_progress(run);
    struct span span = find_span(run, progress, act);
    add_verdict(run, with_verdict, &lines);
    if (has_servers(&span.end)) {
        add_doing(&span, act, progress, &lines);
        add_servers(&span, &lines);
    }
    why_before(&span, is_crash(run), &lines);
    add_why(&span, &lines);
    for (int i = 0; i < lines.n && i < MOST_LINES; i++)
        fprintf(to, "%s\n", lines.each[i]);
    lines_free(&lines);
    servers_free(span.end);
}
