// Computes each server's state from the events of a run.
#include "views/server.h"

#include <stdlib.h>
#include <string.h>

// No log reaches this index. A damaged record may have higher ones.
#define MAX_INDEX 10000000

struct servers servers_make(int n)
{
    struct servers servers = {
        .n = n, .each = calloc((size_t)n + 1, sizeof(struct server))
    };
    if (servers.each == NULL)
        abort();
    for (int i = 0; i < n; i++) {
        struct server *server = &servers.each[i];
        server->voted_for = -1;
        server->sent_ms = NEVER;
        server->heard_ms = NEVER;
        server->led_ms = NEVER;
        server->granted_ms = NEVER;
        server->started_ms = NEVER;
        server->connected_ms = NEVER;
        server->leading_ms = NEVER;
        server->lag_ms = NEVER;
        server->term_ms = NEVER;
        server->paused_until_ms = NEVER;
        server->saved_at = -1;
    }
    return servers;
}

void servers_free(struct servers servers)
{
    for (int i = 0; i < servers.n; i++)
        free(servers.each[i].terms);
    free(servers.each);
}

bool server_saved_meanwhile(const struct server *server,
                            const struct event *event)
{
    return server->saved_at > event->cause &&
           server->saved_thread != event->thread;
}

double server_ready_ms(const struct server *server)
{
    return later_of(server->started_ms, server->connected_ms);
}

bool server_is_paused(const struct server *server, double now_ms)
{
    return now_ms < server->paused_until_ms;
}

bool server_leads(const struct servers *servers)
{
    for (int i = 0; i < servers->n; i++) {
        const struct server *server = &servers->each[i];
        if (server->running && server->connected && server->role == LEADER)
            return true;
    }
    return false;
}

int server_term_at(const struct server *server, int index)
{
    if (index == server->snapshot.index)
        return server->snapshot.term;
    if (index <= server->snapshot.index || index > server->last.index ||
        index >= server->n_terms)
        return 0;
    return server->terms[index];
}

static void set_term(struct server *server, int index, int term)
{
    if (index < 0 || index > MAX_INDEX)
        return;
    if (index >= server->n_terms) {
        int room = index + 1 + server->n_terms;
        server->terms =
            realloc(server->terms, (size_t)room * sizeof *server->terms);
        if (server->terms == NULL)
            abort();
        memset(server->terms + server->n_terms, 0,
               (size_t)(room - server->n_terms) * sizeof *server->terms);
        server->n_terms = room;
    }
    server->terms[index] = term;
}

static struct entry_id entry_id_of(json_t *json, struct entry_id otherwise)
{
    struct entry_id id = { int_of(json, "index", otherwise.index),
                           int_of(json, "term", otherwise.term) };
    return id.index >= 0 && id.index <= MAX_INDEX ? id : otherwise;
}

static void read_term_and_vote(struct server *server, int me, int n_servers,
                               const struct event *event)
{
    int term = int_of(event->json, "term", server->term);
    int voted_for = int_of(event->json, "voted_for", server->voted_for);
    if (voted_for < 0 || voted_for >= n_servers)
        voted_for = -1;
    if (term != server->term)
        server->term_ms = event->ms;
    if (term > server->term)
        server->role = FOLLOWER;
    if (voted_for == me && (term > server->term || server->voted_for != me))
        server->role = CANDIDATE;
    server->term = term;
    server->voted_for = voted_for;
}

static void read_save(struct server *server, int n_servers,
                      const struct event *event)
{
    json_t *json = event->json;
    server->known = !bool_of(json, "unreadable");
    if (!server->known)
        return;
    read_term_and_vote(server, event->server, n_servers, event);
    server->snapshot =
        entry_id_of(json_object_get(json, "first"), server->snapshot);
    server->last = entry_id_of(json_object_get(json, "last"), server->last);
    int dropped_from = int_of(json, "dropped_from", MAX_INDEX);
    for (int i = dropped_from; i >= 0 && i < server->n_terms; i++)
        server->terms[i] = 0;
    size_t k;
    json_t *entry;
    json_array_foreach(json_object_get(json, "appended"), k, entry)
        set_term(server, int_of(entry, "index", 0), int_of(entry, "term", 0));
}

static void rise_to(int *index, int to)
{
    if (to > *index)
        *index = to;
}

static void read_request_sent(struct server *server, const struct event *event)
{
    json_t *args = json_object_get(event->json, "args");
    if (int_of(args, "term", -1) < server->term)
        return;
    if (is_rpc(event, "RequestVote"))
        server->role = CANDIDATE;
    else if (is_rpc(event, "AppendEntries") || is_rpc(event, "InstallSnapshot"))
        server->role = LEADER;
    if (server->role == LEADER) {
        server->leading_ms = event->ms;
        rise_to(&server->commit, int_of(args, "leader_commit", 0));
    }
}

static void read_request_arrived(struct server *server,
                                 const struct event *event)
{
    bool led =
        is_rpc(event, "AppendEntries") || is_rpc(event, "InstallSnapshot");
    int term = int_of(json_object_get(event->json, "args"), "term", -1);
    if (!led || term < server->term)
        return;
    server->led_ms = event->ms;
    if (server->role == CANDIDATE)
        server->role = FOLLOWER;
}

// A server that answers with a newer term than it saved no longer leads. One
// that accepts entries knows that they are committed up to leader_commit
// (Figure 2, AppendEntries, 5).
static void read_reply_sent(struct server *server, const struct run *run,
                            const struct event *event)
{
    json_t *reply = json_object_get(event->json, "reply");
    if (int_of(reply, "term", 0) > server->term)
        server->role = FOLLOWER;
    if (is_rpc(event, "RequestVote") && bool_of(reply, "vote_granted"))
        server->granted_ms = event->ms;
    if (!is_rpc(event, "AppendEntries") || !bool_of(reply, "success"))
        return;
    json_t *args = event_args(run, event);
    int holds =
        int_of(args, "prev_log_index", 0) + int_of(args, "n_entries", 0);
    int told = int_of(args, "leader_commit", 0);
    rise_to(&server->commit, told < holds ? told : holds);
}

static void read_message(struct server *server, const struct run *run,
                         const struct event *event)
{
    if (is_kind(event, "request_sent") || is_kind(event, "reply_sent"))
        server->sent_ms = event->ms;
    if (is_kind(event, "request_arrived") || is_kind(event, "reply_arrived"))
        server->heard_ms = event->ms;
    if (is_kind(event, "request_sent"))
        read_request_sent(server, event);
    if (is_kind(event, "request_arrived"))
        read_request_arrived(server, event);
    if (is_kind(event, "reply_sent"))
        read_reply_sent(server, run, event);
}

static void start(struct server *server, double now_ms)
{
    server->exists = true;
    server->running = true;
    server->connected = false;
    server->paused_until_ms = NEVER;
    server->started_ms = now_ms;
    server->role = FOLLOWER;
    server->commit = server->snapshot.index;
    server->applied = server->snapshot.index;
    server->applied_ms = now_ms;
}

static void read_act(struct server *server, const struct event *event)
{
    if (is_kind(event, "started"))
        start(server, event->ms);
    else if (is_kind(event, "crashed"))
        server->running = false;
    else if (is_kind(event, "cut_off"))
        server->connected = false;
    else if (is_kind(event, "connected")) {
        server->connected = true;
        server->connected_ms = event->ms;
    } else if (is_kind(event, "paused")) {
        double for_ms =
            json_number_value(json_object_get(event->json, "for_ms"));
        server->paused_until_ms =
            later_of(server->paused_until_ms, event->ms + for_ms);
        server->started_ms = server->paused_until_ms;
    } else if (is_kind(event, "resumed")) {
        server->paused_until_ms = NEVER;
        server->started_ms = event->ms;
    }
}

void servers_read(struct servers *servers, const struct run *run,
                  const struct event *event)
{
    servers->begin_is_missing |= is_kind(event, "dropped");
    if (event->server == -1)
        return;
    struct server *server = &servers->each[event->server];
    if (is_kind(event, "started") && !server->exists)
        server->known = !servers->begin_is_missing;
    // If the record lacks its start, its other events show that it runs.
    if (!server->exists && servers->begin_is_missing &&
        int_of(event->json, "life", 0) > 0) {
        start(server, event->ms);
        server->connected = true;
    }
    if (event->peer != -1)
        read_message(server, run, event);
    read_act(server, event);
    if (is_kind(event, "saved")) {
        server->saved_at = (int)(event - run->events);
        server->saved_thread = event->thread;
        read_save(server, servers->n, event);
    }
    if (is_kind(event, "leads"))
        server->role = LEADER;
    if (is_kind(event, "applied") || is_kind(event, "applied_snapshot")) {
        rise_to(&server->applied, int_of(event->json, "index", 0));
        rise_to(&server->commit, server->applied);
        server->applied_ms = event->ms;
    }
    if (server->commit <= server->applied)
        server->lag_ms = NEVER;
    else if (server->lag_ms == NEVER)
        server->lag_ms = event->ms;
}
