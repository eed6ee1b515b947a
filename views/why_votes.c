// Finds why votes are refused, and whether a majority leads to a leader (§5.2,
// §5.4.1).
#include "views/why.h"

#include <stdio.h>
#include <stdlib.h>

// A candidate that has won sends heartbeats sooner than this.
#define MOMENT_MS 300.0

enum refusal {
    NO_REASON,     // No reason can be seen: in most cases a bug.
    HAS_OLD_VOTE,  // The voter has voted for a server that has not asked for
                   // votes in this term: a bug, too.
    BEHIND,        // The candidate's log is behind the voter's.
    HAS_VOTED,
    OLD_TERM,
    N_REFUSALS
};

struct refused {
    int times;
    double last_ms;
    char reason[200];  // Of the last refusal.
};

struct votes {
    int n_servers;
    double from_ms;  // Earlier refusals do not count.
    // [voter][candidate][enum refusal]
    struct refused *refused;
    // Of each server: the newest term in which it stood.
    struct standing {
        int term;
        unsigned long voters;
        double won_ms;   // When a majority had voted for it; or NEVER.
        double left_ms;  // When it entered a newer term; or NEVER.
        bool leads;
        int unused;       // Terms in which it had a majority and did not lead.
        int unused_term;  // The last of them.
        unsigned long unused_voters;  // Its voters in that term.
    } * standing;
};

static bool is_behind(json_t *args, const struct server *voter)
{
    int term = int_of(args, "last_log_term", 0);
    int index = int_of(args, "last_log_index", 0);
    return term < voter->last.term ||
           (term == voter->last.term && index < voter->last.index);
}

// Has the server that it voted for asked for votes in this term? A server saves
// its own vote a moment before it asks, but not while it answers another.
static bool asked_for(const struct votes *votes, const struct server *voter,
                      int term, const struct event *event)
{
    bool saved_here =
        voter->saved_at > event->cause && voter->saved_thread == event->thread;
    return votes->standing[voter->voted_for].term >= term ||
           (event->ms - voter->term_ms < MOMENT_MS && !saved_here);
}

static enum refusal reason_of(const struct votes *votes, json_t *args,
                              const struct server *voter,
                              const struct event *event)
{
    int term = int_of(args, "term", 0);
    if (term < voter->term)
        return OLD_TERM;
    if (is_behind(args, voter))
        return BEHIND;
    if (term == voter->term && voter->voted_for != -1 &&
        voter->voted_for != event->peer)
        return asked_for(votes, voter, term, event) ? HAS_VOTED : HAS_OLD_VOTE;
    return NO_REASON;
}

static void describe(struct refused *refused, enum refusal reason, json_t *args,
                     const struct server *voter)
{
    char *text = refused->reason;
    size_t size = sizeof refused->reason;
    const char *theirs = entry_text(int_of(args, "last_log_index", 0),
                                    int_of(args, "last_log_term", 0));
    const char *own = entry_text(voter->last.index, voter->last.term);
    int term = int_of(args, "term", 0);
    if (reason == OLD_TERM)
        snprintf(text, size, "asks in T%d, and it is in T%d", term,
                 voter->term);
    else if (reason == BEHIND)
        snprintf(text, size, "candidate's last is %s, its own %s", theirs, own);
    else if (reason == HAS_VOTED)
        snprintf(text, size, "has voted for S%d in T%d", voter->voted_for,
                 voter->term);
    else if (reason == HAS_OLD_VOTE)
        snprintf(text, size,
                 "its saved vote in T%d is for S%d, which has not stood in T%d",
                 voter->term, voter->voted_for, voter->term);
    else
        snprintf(text, size,
                 "no reason is seen: T%d is not older, candidate's "
                 "last is %s, its own %s, and it has voted for %s",
                 term, theirs, own, voter->voted_for == -1 ? "nobody" : "it");
}

static struct refused *refused_of(struct votes *votes, int voter, int candidate,
                                  enum refusal reason)
{
    int pair = voter * votes->n_servers + candidate;
    return &votes->refused[pair * N_REFUSALS + (int)reason];
}

static void look_at_refusal(struct votes *votes, const struct span *span,
                            const struct servers *servers,
                            const struct event *event)
{
    json_t *args = event_args(span->run, event);
    json_t *reply = json_object_get(event->json, "reply");
    if (args == NULL || reply == NULL || bool_of(reply, "vote_granted") ||
        event->ms < votes->from_ms)
        return;
    const struct server *voter = &servers->each[event->server];
    if (!voter->known)
        return;
    enum refusal reason = reason_of(votes, args, voter, event);
    if (reason == NO_REASON && server_saved_meanwhile(voter, event))
        return;
    struct refused *refused =
        refused_of(votes, event->server, event->peer, reason);
    refused->times++;
    refused->last_ms = event->ms;
    describe(refused, reason, args, voter);
}

// Called at the end of its term. Notes if it had a majority for some time and
// did not lead.
static void settle(struct standing *standing, double from_ms, double now_ms)
{
    double until_ms = standing->left_ms == NEVER ? now_ms : standing->left_ms;
    if (standing->term == 0 || standing->won_ms == NEVER || standing->leads ||
        until_ms - standing->won_ms < MOMENT_MS || until_ms < from_ms)
        return;
    standing->unused++;
    standing->unused_term = standing->term;
    standing->unused_voters = standing->voters;
}

static void stand(struct standing *standing, int server, int term)
{
    standing->term = term;
    standing->voters = 1UL << server;
    standing->won_ms = NEVER;
    standing->left_ms = NEVER;
    standing->leads = false;
}

static void look_at_candidate(struct votes *votes, const struct span *span,
                              const struct servers *servers,
                              const struct event *event)
{
    struct standing *standing = &votes->standing[event->server];
    int term = int_of(event_args(span->run, event), "term", 0);
    int own_term = servers->each[event->server].term;
    bool sent = is_kind(event, "request_sent");
    if (own_term > standing->term && standing->left_ms == NEVER)
        standing->left_ms = event->ms;
    if (!is_rpc(event, "RequestVote")) {
        standing->leads |= sent && term == standing->term;
    } else if (sent && term > standing->term) {
        settle(standing, votes->from_ms, event->ms);
        stand(standing, event->server, term);
    } else if (is_kind(event, "reply_arrived") && term == standing->term &&
               term == own_term &&
               bool_of(json_object_get(event->json, "reply"), "vote_granted")) {
        standing->voters |= 1UL << event->peer;
        if (2 * __builtin_popcountl(standing->voters) > votes->n_servers &&
            standing->won_ms == NEVER)
            standing->won_ms = event->ms;
    }
}

static void look(void *self, const struct span *span,
                 const struct servers *servers, const struct event *event)
{
    struct votes *votes = self;
    if (event->server == -1)
        return;
    struct standing *standing = &votes->standing[event->server];
    if ((is_kind(event, "crashed") || is_kind(event, "paused")) &&
        standing->left_ms == NEVER)
        standing->left_ms = event->ms;
    if (event->peer == -1)
        return;
    if (is_kind(event, "reply_sent") && is_rpc(event, "RequestVote"))
        look_at_refusal(votes, span, servers, event);
    look_at_candidate(votes, span, servers, event);
}

static void say_unused(struct votes *votes, double now_ms, struct lines *lines)
{
    for (int i = 0; i < votes->n_servers; i++) {
        struct standing *standing = &votes->standing[i];
        settle(standing, votes->from_ms, now_ms);
        if (standing->unused == 0)
            continue;
        char more[60] = "";
        if (standing->unused > 1)
            snprintf(more, sizeof more, " (and in %d terms before)",
                     standing->unused - 1);
        lines_add(lines,
                  "  S%d had the votes of %s in T%d, a majority, and has "
                  "sent nothing as a leader%s.",
                  i, servers_text(standing->unused_voters),
                  standing->unused_term, more);
    }
}

// Returns the pair of servers with the most refusals of a kind, and clears
// them. NULL if there are none.
static struct refused *most(struct votes *votes, enum refusal reason,
                            int *voter, int *candidate)
{
    struct refused *found = NULL;
    for (int v = 0; v < votes->n_servers; v++) {
        for (int c = 0; c < votes->n_servers; c++) {
            struct refused *refused = refused_of(votes, v, c, reason);
            if (refused->times == 0 ||
                (found != NULL && refused->times <= found->times))
                continue;
            found = refused;
            *voter = v;
            *candidate = c;
        }
    }
    return found;
}

#define MOST_SAID 2  // Of a kind. The rest are similar.

static void say_refused(struct votes *votes, enum refusal reason,
                        struct lines *lines)
{
    int voter;
    int candidate;
    for (int k = 0; k < MOST_SAID; k++) {
        struct refused *refused = most(votes, reason, &voter, &candidate);
        if (refused == NULL)
            return;
        lines_add(lines,
                  "  S%d refuses S%d its vote, %s, last at %.1f\x1fms: %s.",
                  voter, candidate, times_text(refused->times),
                  refused->last_ms, refused->reason);
        refused->times = 0;
    }
}

void why_votes(const struct span *span, struct lines *lines)
{
    int n = span->run->n_servers;
    struct votes votes = {
        .n_servers = n,
        .from_ms = span->from_ms,
        .refused =
            calloc((size_t)n * (size_t)n * N_REFUSALS, sizeof(struct refused)),
        .standing = calloc((size_t)n, sizeof(struct standing)),
    };
    if (votes.refused == NULL || votes.standing == NULL)
        abort();
    // The terms in which servers stood are needed from the start of the run.
    struct span all = *span;
    all.from = 0;
    span_walk(&all, look, &votes);
    say_unused(&votes, span->to_ms, lines);
    // The others are as they should be, and of interest if nobody leads.
    int last = server_leads(&span->end) ? HAS_OLD_VOTE : OLD_TERM;
    for (enum refusal reason = NO_REASON; (int)reason <= last; reason++)
        say_refused(&votes, reason, lines);
    free(votes.refused);
    free(votes.standing);
}
