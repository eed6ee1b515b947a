// Finds entries that a leader does not send, or does not commit (§5.3, §5.4.2).
#include "views/why.h"

#include <stdio.h>
#include <stdlib.h>

// A leader sends several messages in this time.
#define SILENT_MS 1000.0

// A new leader has sent to all by then.
#define MOMENT_MS 300.0

// A change counts as recent for this time.
#define AT_WORK_MS 500.0

// A leader that applies has committed. A message may have been made before; so
// many were not.
#define MOST_OLD 5

struct follower {
    double sent_ms;     // When the leader last sent it a message of its term.
    double entries_ms;  // When it last sent it entries or a snapshot.
    int sent_from;      // Of the last AppendEntries: prev_log_index + 1.
    int match;          // The match index, from its replies.
    double match_ms;    // Since when; or NEVER.
    double behind_ms;   // Since when the leader holds more; or NEVER.
    int leader_commit;  // Of the last AppendEntries.
    int n_untold;       // How many in a row said less than the leader had
                        // applied, and the follower acknowledged.
};

struct commits {
    int leader;
    int term;
    double led_ms;  // Since when it leads that term.
    int last;       // The index of its last entry.
    int applied;    // The last index that it has applied.
    int n;
    struct follower *followers;
};

// The leader of the newest term; -1 if there is none.
static int find_leader(const struct span *span)
{
    int found = -1;
    for (int i = 0; i < span->run->n_servers; i++) {
        const struct server *server = &span->end.each[i];
        if (server->known && server->running && server->role == LEADER &&
            !server_is_paused(server, span->to_ms) &&
            (found == -1 || server->term > span->end.each[found].term))
            found = i;
    }
    return found;
}

static void look_at_append(const struct commits *commits,
                           struct follower *follower, json_t *args)
{
    int index = int_of(args, "leader_commit", 0);
    bool untold =
        index < commits->applied && commits->applied <= follower->match;
    follower->sent_from = int_of(args, "prev_log_index", 0) + 1;
    follower->leader_commit = index;
    follower->n_untold = untold ? follower->n_untold + 1 : 0;
}

static void look_at_sent(const struct commits *commits,
                         const struct event *event, json_t *args)
{
    struct follower *follower = &commits->followers[event->peer];
    follower->sent_ms = event->ms;
    if (is_rpc(event, "AppendEntries"))
        look_at_append(commits, follower, args);
    if (is_rpc(event, "InstallSnapshot") || int_of(args, "n_entries", 0) > 0)
        follower->entries_ms = event->ms;
}

static void look_at_reply(const struct commits *commits,
                          const struct event *event, json_t *args)
{
    struct follower *follower = &commits->followers[event->peer];
    json_t *reply = json_object_get(event->json, "reply");
    int match = 0;
    if (is_rpc(event, "AppendEntries") && bool_of(reply, "success"))
        match =
            int_of(args, "prev_log_index", 0) + int_of(args, "n_entries", 0);
    else if (is_rpc(event, "InstallSnapshot"))
        match = int_of(args, "last_included_index", 0);
    if (match <= follower->match)
        return;
    follower->match = match;
    follower->match_ms = event->ms;
    follower->behind_ms = match < commits->last ? event->ms : NEVER;
}

static void look_at_save(struct commits *commits, const struct event *event)
{
    json_t *last = json_object_get(event->json, "last");
    commits->last = int_of(last, "index", commits->last);
    for (int i = 0; i < commits->n; i++) {
        struct follower *follower = &commits->followers[i];
        if (follower->match >= commits->last)
            follower->behind_ms = NEVER;
        else if (follower->behind_ms == NEVER)
            follower->behind_ms = event->ms;
    }
}

static void look_at_leader(struct commits *commits, const struct run *run,
                           const struct event *event)
{
    if (is_kind(event, "saved"))
        look_at_save(commits, event);
    if (is_kind(event, "applied") || is_kind(event, "applied_snapshot"))
        commits->applied = int_of(event->json, "index", commits->applied);
    if (is_kind(event, "started"))
        commits->applied = 0;
    bool leads = is_kind(event, "leads") &&
                 int_of(event->json, "term", 0) == commits->term;
    json_t *args = event_args(run, event);
    bool its_term = event->peer != -1 && !is_rpc(event, "RequestVote") &&
                    int_of(args, "term", 0) == commits->term;
    if ((leads || its_term) && commits->led_ms == NEVER)
        commits->led_ms = event->ms;
    if (its_term && is_kind(event, "request_sent"))
        look_at_sent(commits, event, args);
    if (its_term && is_kind(event, "reply_arrived"))
        look_at_reply(commits, event, args);
}

// Reads all events of the leader's term, those before progress ended included.
static void follow(struct commits *commits, const struct run *run)
{
    for (int i = 0; i < run->n_events; i++) {
        const struct event *event = &run->events[i];
        if (event->server == commits->leader)
            look_at_leader(commits, run, event);
    }
}

// Counts the servers that have had the entry for a while: a leader needs a
// moment to commit.
static int holders_of(const struct commits *commits, const struct span *span,
                      int index)
{
    int holders = 1;
    double awake_ms = span->end.each[commits->leader].started_ms;
    for (int i = 0; i < commits->n; i++) {
        const struct follower *follower = &commits->followers[i];
        double since_ms = later_of(follower->match_ms, awake_ms);
        holders += i != commits->leader && follower->match >= index &&
                   span->to_ms - since_ms > AT_WORK_MS;
    }
    return holders;
}

// Reports entries that a majority has and that are not committed: the last one,
// and the last one of this term.
static void say_uncommitted(const struct commits *commits,
                            const struct span *span, struct lines *lines)
{
    int n = span->run->n_servers;
    const struct server *leader = &span->end.each[commits->leader];
    for (int i = leader->last.index; i > leader->commit; i--) {
        int holders = holders_of(commits, span, i);
        if (2 * holders <= n || server_term_at(leader, i) == 0)
            continue;
        const char *entry = entry_text(i, server_term_at(leader, i));
        if (server_term_at(leader, i) == commits->term)
            lines_add(lines,
                      "  S%d leads T%d, and its entry %s is on %d of %d, as "
                      "replies say, but its leader_commit is %d.",
                      commits->leader, commits->term, entry, holders, n,
                      leader->commit);
        else
            lines_add(lines,
                      "  S%d leads T%d: entry %s is on %d of %d, but none of "
                      "T%d is, so it is not committed (5.4.2).",
                      commits->leader, commits->term, entry, holders, n,
                      commits->term);
        return;
    }
}

// Reports followers that are not told of what the leader has applied.
static void say_untold(const struct commits *commits, struct lines *lines)
{
    unsigned long untold = 0;
    const struct follower *one = NULL;
    for (int i = 0; i < commits->n; i++) {
        if (commits->followers[i].n_untold <= MOST_OLD)
            continue;
        untold |= 1UL << i;
        one = &commits->followers[i];
    }
    if (untold != 0)
        lines_add(lines,
                  "  S%d leads T%d and has applied %d, which %s acknowledged; "
                  "but its AppendEntries still say leader_commit\x1f%d (%s).",
                  commits->leader, commits->term, commits->applied,
                  servers_text(untold), one->leader_commit,
                  times_text(one->n_untold));
}

static bool is_ready(const struct server *server, double now_ms)
{
    return server->running && server->connected &&
           !server_is_paused(server, now_ms);
}

// Since when a majority of the servers is ready. Before, a leader may have
// stepped down, which nobody sees.
static double majority_ms(const struct span *span)
{
    double found_ms = span->to_ms;
    for (int i = 0; i < span->end.n; i++) {
        double ms = server_ready_ms(&span->end.each[i]);
        int n_ready = 0;
        for (int k = 0; k < span->end.n; k++)
            n_ready += is_ready(&span->end.each[k], span->to_ms) &&
                       server_ready_ms(&span->end.each[k]) <= ms;
        if (2 * n_ready > span->end.n && ms < found_ms)
            found_ms = ms;
    }
    return found_ms;
}

// Was there a reason to act for so long, and the chance?
static bool is_long(const struct span *span, double reason_ms, double chance_ms)
{
    return span->to_ms - later_of(reason_ms, chance_ms) > SILENT_MS;
}

static void say_unsent(const struct commits *commits, const struct span *span,
                       int i, struct lines *lines)
{
    const struct server *leader = &span->end.each[commits->leader];
    const struct follower *follower = &commits->followers[i];
    double chance_ms =
        later_of(server_ready_ms(leader), server_ready_ms(&span->end.each[i]));
    chance_ms = later_of(chance_ms, majority_ms(span));
    chance_ms = later_of(chance_ms, commits->led_ms);
    if (follower->sent_ms == NEVER && span->to_ms - chance_ms > MOMENT_MS)
        lines_add(lines,
                  "  S%d leads T%d, and has sent S%d nothing in this term.",
                  commits->leader, commits->term, i);
    else if (is_long(span, follower->sent_ms, chance_ms))
        lines_add(lines, "  S%d leads T%d, and has sent S%d nothing for %s.",
                  commits->leader, commits->term, i,
                  duration_text(span->to_ms - follower->sent_ms));
    else if (follower->behind_ms != NEVER &&
             is_long(span, later_of(follower->entries_ms, follower->behind_ms),
                     chance_ms))
        lines_add(lines,
                  "  S%d leads T%d and holds %s; S%d has acknowledged %d, and "
                  "gets no entries (sent from %d on).",
                  commits->leader, commits->term,
                  entry_text(leader->last.index, leader->last.term), i,
                  follower->match, follower->sent_from);
}

void why_commits(const struct span *span, struct lines *lines)
{
    int n = span->run->n_servers;
    int leader = find_leader(span);
    if (leader == -1)
        return;
    struct commits commits = {
        .leader = leader,
        .term = span->end.each[leader].term,
        .led_ms = NEVER,
        .n = n,
        .followers = calloc((size_t)n, sizeof(struct follower)),
    };
    if (commits.followers == NULL)
        abort();
    for (int i = 0; i < n; i++) {
        commits.followers[i].sent_ms = NEVER;
        commits.followers[i].entries_ms = NEVER;
        commits.followers[i].match_ms = NEVER;
        commits.followers[i].behind_ms = NEVER;
    }
    follow(&commits, span->run);
    say_untold(&commits, lines);
    say_uncommitted(&commits, span, lines);
    for (int i = 0; i < n; i++)
        if (i != leader && is_ready(&span->end.each[i], span->to_ms) &&
            span->end.each[leader].connected)
            say_unsent(&commits, span, i, lines);
    free(commits.followers);
}
