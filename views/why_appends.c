// Why AppendEntries are refused, and what the leader makes of it (§5.3).
#include "views/why.h"

#include <stdio.h>
#include <stdlib.h>

// The most pairs of servers that are reported. The rest are similar.
#define MOST_SAID 4

struct refused {
    int times;
    int same;  // Number of the last refusals with the same previous entry.
    int prev_index;
    double last_ms;
    char reason[160];
    char hint[60];
    int asks_next;  // The index from which the leader sends then; 0: none yet.
    bool answered;  // The leader has sent again since the last one.
    bool bug;       // There is no visible reason.
    bool old_term;  // This also happens to a deposed leader.
};

struct appends {
    int n_servers;
    struct refused *refused;  // [follower][leader]
};

static bool describe(struct refused *refused, json_t *args,
                     const struct server *follower)
{
    char *text = refused->reason;
    size_t size = sizeof refused->reason;
    int term = int_of(args, "term", 0);
    int index = int_of(args, "prev_log_index", 0);
    int prev_term = int_of(args, "prev_log_term", 0);
    const char *prev = entry_text(index, prev_term);
    int own = server_term_at(follower, index);
    refused->old_term = term < follower->term;
    if (refused->old_term)
        snprintf(text, size, "it is of T%d, and the follower in T%d", term,
                 follower->term);
    else if (index > follower->last.index)
        snprintf(text, size, "prev is %s, the follower's last entry %s", prev,
                 entry_text(follower->last.index, follower->last.term));
    else if (index < follower->snapshot.index)
        snprintf(text, size,
                 "prev is %s, and the follower's snapshot ends at %s: what is "
                 "before its end is committed, and matches",
                 prev,
                 entry_text(follower->snapshot.index, follower->snapshot.term));
    else if (own != prev_term && own != 0)
        snprintf(text, size, "prev is %s, and the follower holds %s there",
                 prev, entry_text(index, own));
    else {
        snprintf(text, size,
                 "no reason is seen: prev is %s, which the follower "
                 "holds, and its term is T%d",
                 prev, follower->term);
        return own != 0;
    }
    return false;
}

static struct refused *refused_of(const struct appends *appends, int follower,
                                  int leader)
{
    return &appends->refused[follower * appends->n_servers + leader];
}

static void look_at_reply(struct appends *appends, const struct span *span,
                          const struct servers *servers,
                          const struct event *event)
{
    json_t *args = event_args(span->run, event);
    json_t *reply = json_object_get(event->json, "reply");
    const struct server *follower = &servers->each[event->server];
    struct refused *refused = refused_of(appends, event->server, event->peer);
    if (args == NULL || reply == NULL || !follower->known)
        return;
    if (bool_of(reply, "success")) {
        refused->same = 0;
        return;
    }
    int prev_index = int_of(args, "prev_log_index", 0);
    refused->same = prev_index == refused->prev_index ? refused->same + 1 : 1;
    refused->prev_index = prev_index;
    refused->times++;
    refused->last_ms = event->ms;
    refused->answered = false;
    refused->bug = describe(refused, args, follower) &&
                   !server_saved_meanwhile(follower, event);
    int hint = int_of(reply, "conflict_index", 0);
    int hint_term = int_of(reply, "conflict_term", 0);
    if (hint_term > 0)
        snprintf(refused->hint, sizeof refused->hint,
                 "conflict_index %d, conflict_term %d", hint, hint_term);
    else
        snprintf(refused->hint, sizeof refused->hint, "conflict_index %d",
                 hint);
}

static void look(void *self, const struct span *span,
                 const struct servers *servers, const struct event *event)
{
    struct appends *appends = self;
    if (event->server == -1 || event->peer == -1 ||
        !is_rpc(event, "AppendEntries"))
        return;
    if (is_kind(event, "reply_sent"))
        look_at_reply(appends, span, servers, event);
    if (is_kind(event, "request_sent")) {
        struct refused *refused =
            refused_of(appends, event->peer, event->server);
        json_t *args = json_object_get(event->json, "args");
        if (refused->times > 0 && !refused->answered)
            refused->asks_next = int_of(args, "prev_log_index", 0) + 1;
        refused->answered = true;
    }
}

// Are the refusals repeated? A follower that is behind refuses a few times,
// then it catches up.
static bool goes_on(const struct refused *refused)
{
    return refused->bug || (refused->same >= 3 && !refused->old_term) ||
           refused->times >= 10;
}

static void say(int follower, int leader, const struct refused *refused,
                struct lines *lines)
{
    char next[80] = "";
    if (refused->asks_next > 0)
        snprintf(next, sizeof next, "; S%d sends from %d next", leader,
                 refused->asks_next);
    char same[60] = "";
    if (refused->same == refused->times && refused->times > 1)
        snprintf(same, sizeof same, ", always with the same prev");
    else if (refused->same > 1)
        snprintf(same, sizeof same, ", the last %d with the same prev",
                 refused->same);
    else if (refused->times > 1)
        snprintf(same, sizeof same, ", and the last time");
    lines_add(lines,
              "  S%d refuses S%d's AppendEntries, %s%s: %s; it says %s%s.",
              follower, leader, times_text(refused->times), same,
              refused->reason, refused->hint, next);
}

// The pair with the most refusals that go on. NULL if there are none.
static struct refused *most(const struct appends *appends, int *follower,
                            int *leader)
{
    int n = appends->n_servers;
    struct refused *found = NULL;
    for (int pair = 0; pair < n * n; pair++) {
        struct refused *refused = &appends->refused[pair];
        if (refused->times == 0 || !goes_on(refused) ||
            (found != NULL && refused->times <= found->times))
            continue;
        found = refused;
        *follower = pair / n;
        *leader = pair % n;
    }
    return found;
}

void why_appends(const struct span *span, struct lines *lines)
{
    int n = span->run->n_servers;
    struct appends appends = { n, calloc((size_t)n * (size_t)n,
                                         sizeof(struct refused)) };
    if (appends.refused == NULL)
        abort();
    span_walk(span, look, &appends);
    int follower;
    int leader;
    for (int k = 0; k < MOST_SAID; k++) {
        struct refused *refused = most(&appends, &follower, &leader);
        if (refused == NULL)
            break;
        say(follower, leader, refused, lines);
        refused->times = 0;
    }
    free(appends.refused);
}
