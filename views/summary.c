#include "views/summary.h"

#include "views/lines.h"
#include "views/server.h"
#include "views/why.h"

#include <stdlib.h>
#include <string.h>

#define MOST_LINES 30
#define MOST_ACTS  6

// The last act that has begun and not ended; -1: none. Acts nest: it is the
// outermost, the one that the test's story speaks of.
static int open_act(const struct run *run)
{
    int open = -1;
    int depth = 0;
    for (int i = 0; i < run->n_events; i++) {
        if (is_kind(&run->events[i], "act_begins") && depth++ == 0)
            open = i;
        if (is_kind(&run->events[i], "act_ends") && --depth == 0)
            open = -1;
    }
    return open;
}

static double end_ms(const struct run *run)
{
    return run->n_events == 0 ? 0 : run->events[run->n_events - 1].ms;
}

// The place of the last event that was progress: an index is applied that
// nobody had applied before, or, while no command has been offered, a server
// leads a newer term. -1: there was none.
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

// Progress ended there, or before the test began to wait for what did not come.
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
    for (int i = 0; i < run->n_events; i++)
        servers_read(&span.end, run, &run->events[i]);
    return span;
}

static const struct event *find_last(const struct run *run, const char *kind)
{
    for (int i = run->n_events - 1; i >= 0; i--)
        if (is_kind(&run->events[i], kind))
            return &run->events[i];
    return NULL;
}

static void add_verdict(const struct run *run, struct lines *lines)
{
    const struct event *verdict = find_last(run, "verdict");
    const char *test = text_of(run->header, "test");
    const char *suite = text_of(run->header, "suite");
    if (strncmp(suite, "raft_", 5) == 0)
        suite += 5;
    char seed[40] = "in real time";
    int number = int_of(run->header, "seed", 0);
    if (number != 0)
        snprintf(seed, sizeof seed, "seed %d", number);
    const char *result =
        verdict == NULL ? "" : text_of(verdict->json, "result");
    lines_add(lines, "%s %s, %s: %s after %s", suite, test, seed,
              *result == 0 ? "ended without a verdict" : result,
              duration_text(end_ms(run)));
    if (verdict != NULL && *text_of(verdict->json, "text") != 0)
        lines_add(lines, "  %s", text_of(verdict->json, "text"));
}

// An act of the tester that shapes what follows, as a few words.
static bool act_text(const struct event *event, char *text, size_t size)
{
    static const char *const said[] = { "started",   "crashed", "cut_off",
                                        "connected", "paused",  "resumed" };
    for (size_t k = 0; k < sizeof said / sizeof said[0]; k++) {
        if (!is_kind(event, said[k]))
            continue;
        const char *word =
            strcmp(said[k], "cut_off") == 0 ? "cut off" : said[k];
        snprintf(text, size, "%s S%d", word, event->server);
        return true;
    }
    if (is_kind(event, "offered"))
        snprintf(text, size, "S%d takes a command at %s", event->server,
                 entry_text(int_of(event->json, "index", 0),
                            int_of(event->json, "term", 0)));
    else if (is_kind(event, "agreed"))
        snprintf(text, size, "agreed on %d", int_of(event->json, "index", 0));
    else
        return false;
    return true;
}

// The last few acts, the newest last. Equal ones in a row are one.
static void add_acts(const struct run *run, struct lines *lines)
{
    char texts[MOST_ACTS][90];
    int n = 0;
    char text[60];
    char last[60] = "";
    for (int i = run->n_events - 1; i >= 0 && n < MOST_ACTS; i--) {
        const struct event *event = &run->events[i];
        if (!act_text(event, text, sizeof text) || strcmp(text, last) == 0)
            continue;
        snprintf(texts[n++], sizeof texts[0], "%.1f ms %s", event->ms, text);
        snprintf(last, sizeof last, "%s", text);
    }
    char all[MOST_ACTS * 100] = "";
    size_t len = 0;
    while (n > 0) {
        n--;
        len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", texts[n],
                                n > 0 ? "; " : ".");
    }
    if (len > 0)
        lines_add(lines, "Last acts: %s", all);
}

static void add_doing(const struct span *span, int act, int progress,
                      struct lines *lines)
{
    const struct run *run = span->run;
    if (act != -1)
        lines_add(lines, "The test was in: %s, since %.1f ms, for %s.",
                  text_of(run->events[act].json, "text"), run->events[act].ms,
                  duration_text(span->to_ms - run->events[act].ms));
    add_acts(run, lines);
    if (progress == -1) {
        lines_add(lines, "There was no progress from the start.");
        return;
    }
    const struct event *last = &run->events[progress];
    if (is_kind(last, "leads"))
        lines_add(lines, "Progress ended at %.1f ms: S%d led T%d.", last->ms,
                  last->server, int_of(last->json, "term", 0));
    else
        lines_add(lines,
                  "Progress ended at %.1f ms: S%d applied %d, the last new "
                  "index.",
                  last->ms, last->server, int_of(last->json, "index", 0));
}

static const char *ago(double ms, double now_ms)
{
    return ms == NEVER       ? "-"
           : now_ms - ms < 1 ? "now"
                             : duration_text(now_ms - ms);
}

static const char *state_text(const struct server *server)
{
    return !server->exists      ? "played"
           : !server->running   ? "crashed"
           : server->paused     ? "paused"
           : !server->connected ? "cut off"
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
    lines_add_row(lines, "S%-2d%-7s %4d %-9s %-4s %-8s %-8s %7d %7d %6s %6s", i,
                  state_text(server), server->term, roles[server->role], vote,
                  snapshot, entry_text(server->last.index, server->last.term),
                  server->commit, server->applied, ago(server->sent_ms, now_ms),
                  ago(server->heard_ms, now_ms));
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

// A broken rule is told by its message; what went on before it was progress.
static bool is_about_progress(const struct run *run)
{
    return find_last(run, "rule_broken") == NULL;
}

static void add_why(const struct span *span, struct lines *lines)
{
    struct lines why = { 0 };
    why_applies(span, &why);
    why_commits(span, &why);
    why_appends(span, &why);
    why_votes(span, &why);
    why_elections(span, &why);
    why_late(span, &why);
    if (why.n > 0)
        lines_add(lines, "Since then:");
    for (int i = 0; i < why.n; i++)
        lines_add_row(lines, "%s", why.each[i]);
    lines_free(&why);
}

void summary_print(const struct run *run, bool with_verdict, FILE *to)
{
    struct lines lines = { 0 };
    int act = open_act(run);
    int progress = last_progress(run);
    struct span span = find_span(run, progress, act);
    if (with_verdict)
        add_verdict(run, &lines);
    add_doing(&span, act, progress, &lines);
    add_servers(&span, &lines);
    if (is_about_progress(run))
        add_why(&span, &lines);
    for (int i = 0; i < lines.n && i < MOST_LINES; i++)
        fprintf(to, "%s\n", lines.each[i]);
    lines_free(&lines);
    servers_free(span.end);
}
