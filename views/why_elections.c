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

// A heartbeat may arrive when its time-out has elapsed already.
#define AT_ONCE_MS 5.0

// Servers that stood in the same term, each soon after the one before.
struct group {
    unsigned long members;
    int term;
    double begin_ms;
    double last_ms;
};

struct elections {
    int n_servers;
    int *stood;      // How often each server stood.
    int *stood_led;  // How often, though it had just heard from a leader.
    int *term;       // The newest term in which it stood.
    double *ms;      // When that was; NEVER.
    int *refused;    // How many votes it has refused since then.
    int n_stood;
    int first_term;
    int last_term;
    int n_leaders;  // The number of terms with a leader.
    int led_term;   // The newest of them.

    struct group group;  // That may still grow.
    struct group split;  // The last group of several.
    int n_split;         // How often the same servers were a group, in a row.
};

static void end_group(struct elections *elections)
{
    const struct group *group = &elections->group;
    if (__builtin_popcountl(group->members) >= 2 &&
        elections->led_term != group->term) {
        bool same = group->members == elections->split.members;
        elections->n_split = same ? elections->n_split + 1 : 1;
        elections->split = *group;
    }
    elections->group.members = 0;
}

static void add_to_group(struct elections *elections, const struct event *event,
                         int term)
{
    struct group *group = &elections->group;
    if (term != group->term || event->ms - group->last_ms > TOGETHER_MS)
        end_group(elections);
    if (group->members == 0)
        *group = (struct group){ .term = term, .begin_ms = event->ms };
    group->members |= 1UL << event->server;
    group->last_ms = event->ms;
}

static void look_at_stand(struct elections *elections,
                          const struct event *event, int term, double led_ms)
{
    int me = event->server;
    if (term <= elections->term[me])
        return;
    elections->term[me] = term;
    elections->ms[me] = event->ms;
    elections->refused[me] = 0;
    elections->stood[me]++;
    double since_led_ms = event->ms - led_ms;
    elections->stood_led[me] += led_ms != NEVER && since_led_ms > AT_ONCE_MS &&
                                since_led_ms < JUST_LED_MS;
    elections->n_stood++;
    if (elections->first_term == 0)
        elections->first_term = term;
    if (term > elections->last_term)
        elections->last_term = term;
    add_to_group(elections, event, term);
}

static void look(void *self, const struct span *span,
                 const struct servers *servers, const struct event *event)
{
    (void)span;
    struct elections *elections = self;
    if (event->server != -1 && is_kind(event, "reply_sent") &&
        is_rpc(event, "RequestVote") &&
        !bool_of(json_object_get(event->json, "reply"), "vote_granted"))
        elections->refused[event->server]++;
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
    if (elections->n_split >= 2)
        lines_add(
            lines,
            "  %s stand within %s of each other, %s: they split the "
            "votes.",
            servers_text(elections->split.members),
            duration_text(elections->split.last_ms - elections->split.begin_ms),
            times_text(elections->n_split));
}

// Should the server stand? It hears from no leader, and has neither stood nor
// led for a while.
static bool should_stand(const struct server *server, const struct span *span,
                         double stood_ms)
{
    double since = later_of(later_of(server->led_ms, span->from_ms), stood_ms);
    since = later_of(later_of(server->leading_ms, server->granted_ms), since);
    since = later_of(server_ready_ms(server), since);
    return server->running && server->connected && server->role != LEADER &&
           span->to_ms - since > SILENT_MS;
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
        double led_ms = span->to_ms - later_of(server->led_ms, 0);
        if (stood_ms == NEVER) {
            never |= 1UL << i;
            never_ms = led_ms < never_ms ? led_ms : never_ms;
            continue;
        }
        const char *refused =
            elections->refused[i] == 0 ? "" : times_text(elections->refused[i]);
        lines_add(lines,
                  "  S%d has heard from no leader for %s, stood for election "
                  "%s ago (T%d), and does not stand again%s%s%s.",
                  i, duration_text(led_ms),
                  duration_text(span->to_ms - stood_ms), elections->term[i],
                  *refused == 0 ? "" : "; it has refused its vote ", refused,
                  *refused == 0 ? "" : " since");
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
        if (elections->stood_led[i] >= 2)
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
        .refused = calloc((size_t)n, sizeof(int)),
        .ms = calloc((size_t)n, sizeof(double)),
    };
    if (elections.stood == NULL || elections.term == NULL ||
        elections.stood_led == NULL || elections.refused == NULL ||
        elections.ms == NULL)
        abort();
    for (int i = 0; i < n; i++)
        elections.ms[i] = NEVER;
    span_walk(span, look, &elections);
    end_group(&elections);
    say_silent(&elections, span, lines);
    say_eager(&elections, lines);
    say_stood(&elections, span, lines);
    free(elections.stood);
    free(elections.term);
    free(elections.stood_led);
    free(elections.refused);
    free(elections.ms);
}
