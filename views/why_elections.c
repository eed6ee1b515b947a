// Finds when servers stand for election, and servers that never do (§5.2).
#include "views/why.h"

#include <stdio.h>
#include <stdlib.h>

// Candidates that stand within this time of each other split the votes.
#define TOGETHER_MS 5.0

// A server that has heard from no leader for so long should have stood. The
// tests want a leader within five seconds.
#define SILENT_MS 2000.0

// A server that has heard from a leader in this time need not stand. Time-outs
// are longer, and heartbeats come more often.
#define JUST_LED_MS 150.0

struct elections {
    int n_servers;
    int *stood_led;  // How often each has, though it had just heard a leader.
    int *stood;      // How often each has.
    int *term;       // The newest in which each has,
    double *ms;      // and when that was; NEVER.
    int n_stood;
    int n_together;       // How often two or more stood together,
    double together_ms;   // the last time within so much,
    double last_ms;       // when the last one stood, and in a row with it
    unsigned long group;  // these,
    double group_ms;      // since then;
    unsigned long together;
    int first_term;
    int last_term;
    int n_leaders;  // Number of terms with a leader.
    int led_term;   // The newest of them.
};

static void look_at_stand(struct elections *elections,
                          const struct event *event, int term, double led_ms)
{
    int me = event->server;
    if (term <= elections->term[me])
        return;
    elections->term[me] = term;
    elections->ms[me] = event->ms;
    elections->stood[me]++;
    elections->stood_led[me] +=
        led_ms != NEVER && event->ms - led_ms < JUST_LED_MS;
    elections->n_stood++;
    if (elections->first_term == 0)
        elections->first_term = term;
    if (term > elections->last_term)
        elections->last_term = term;
    if (elections->group == 0 || event->ms - elections->last_ms > TOGETHER_MS) {
        elections->group = 0;
        elections->group_ms = event->ms;
    }
    bool alone = __builtin_popcountl(elections->group) == 1;
    elections->group |= 1UL << me;
    if (alone && __builtin_popcountl(elections->group) == 2)
        elections->n_together++;
    if (__builtin_popcountl(elections->group) >= 2) {
        elections->together = elections->group;
        elections->together_ms = event->ms - elections->group_ms;
    }
    elections->last_ms = event->ms;
}

static void look(void *self, const struct span *span,
                 const struct servers *servers, const struct event *event)
{
    (void)span;
    struct elections *elections = self;
    if (event->server == -1 || !is_kind(event, "request_sent"))
        return;
    int term = int_of(json_object_get(event->json, "args"), "term", 0);
    if (is_rpc(event, "RequestVote")) {
        look_at_stand(elections, event, term,
                      servers->each[event->server].led_ms);
    } else if (is_rpc(event, "AppendEntries") && term > elections->led_term) {
        elections->led_term = term;
        elections->n_leaders += elections->term[event->server] == term;
    }
}

static void say_stood(const struct elections *elections,
                      const struct span *span, struct lines *lines)
{
    if (elections->n_stood < 2)
        return;
    char counts[200] = "";
    size_t len = 0;
    for (int i = 0; i < elections->n_servers && len < sizeof counts - 20; i++)
        if (elections->stood[i] > 0)
            len += (size_t)snprintf(counts + len, sizeof counts - len,
                                    "%sS%d %s", len == 0 ? "" : ", ", i,
                                    times_text(elections->stood[i]));
    char terms[40];
    snprintf(terms, sizeof terms, "T%d", elections->first_term);
    if (elections->last_term > elections->first_term)
        snprintf(terms, sizeof terms, "T%d to T%d", elections->first_term,
                 elections->last_term);
    lines_add(lines,
              "  Who stood for election in these %s: %s (%s); of these, %d "
              "led.",
              duration_text(span->to_ms - span->from_ms), counts, terms,
              elections->n_leaders);
    if (elections->n_together >= 2)
        lines_add(lines,
                  "  %s stand within %s of each other, %s: they split the "
                  "votes.",
                  servers_text(elections->together),
                  duration_text(elections->together_ms),
                  times_text(elections->n_together));
}

static double latest(double a, double b)
{
    return a > b ? a : b;
}

// Should the server stand? It hears from no leader, and has not stood for a
// while.
static bool should_stand(const struct server *server, const struct span *span,
                         double stood_ms)
{
    double since = latest(latest(server->led_ms, span->from_ms), stood_ms);
    return server->running && server->connected && !server->paused &&
           server->role != LEADER && span->to_ms - since > SILENT_MS;
}

static void say_silent(const struct elections *elections,
                       const struct span *span, struct lines *lines)
{
    unsigned long never = 0;
    double never_ms = span->to_ms;
    for (int i = 0; i < elections->n_servers; i++) {
        const struct server *server = &span->end.each[i];
        double stood_ms = elections->ms[i];
        if (!should_stand(server, span, stood_ms))
            continue;
        double led_ms = span->to_ms - latest(server->led_ms, 0);
        if (stood_ms == NEVER) {
            never |= 1UL << i;
            never_ms = led_ms < never_ms ? led_ms : never_ms;
            continue;
        }
        lines_add(lines,
                  "  S%d has heard from no leader for %s, stood for election "
                  "%s ago (T%d), and does not stand again.",
                  i, duration_text(led_ms),
                  duration_text(span->to_ms - stood_ms), elections->term[i]);
    }
    if (never == 0)
        return;
    bool one = __builtin_popcountl(never) == 1;
    lines_add(lines,
              "  %s %s heard from no leader for %s, and %s not stand for "
              "election.",
              servers_text(never), one ? "has" : "have",
              duration_text(never_ms), one ? "does" : "do");
}

static void say_eager(const struct elections *elections, struct lines *lines)
{
    for (int i = 0; i < elections->n_servers; i++)
        if (elections->stood_led[i] > 0)
            lines_add(
                lines,
                "  S%d stood for election %s, although it had heard from a "
                "leader less than %s before.",
                i, times_text(elections->stood_led[i]),
                duration_text(JUST_LED_MS));
}

void why_elections(const struct span *span, struct lines *lines)
{
    int n = span->run->n_servers;
    struct elections elections = {
        .n_servers = n,
        .stood = calloc((size_t)n, sizeof(int)),
        .term = calloc((size_t)n, sizeof(int)),
        .stood_led = calloc((size_t)n, sizeof(int)),
        .ms = calloc((size_t)n, sizeof(double)),
    };
    if (elections.stood == NULL || elections.term == NULL ||
        elections.ms == NULL)
        abort();
    for (int i = 0; i < n; i++)
        elections.ms[i] = NEVER;
    span_walk(span, look, &elections);
    say_silent(&elections, span, lines);
    say_eager(&elections, lines);
    say_stood(&elections, span, lines);
    free(elections.stood);
    free(elections.term);
    free(elections.stood_led);
    free(elections.ms);
}
