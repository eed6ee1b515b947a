// Finds a server that sends without waiting: the same requests again, or
// requests for votes without end. It may pass here, and fail on a faster
// machine or on a slower network.
//
// A right Raft may send many requests: one for each command, one for each step
// back. So only requests that bring nothing new count.
#include "checker/floods.h"
#include "checker/internal.h"
#include "rt/clock.h"

#include <stdio.h>
#include <string.h>

// Requests in a second to one server. Right Rafts send a tenth of that.
#define FLOOD 1000

static bool says_the_same(const struct request *a, const struct request *b)
{
    return a->kind == b->kind && a->term == b->term && a->index == b->index &&
           a->index_term == b->index_term &&
           a->leader_commit == b->leader_commit && a->n_entries == b->n_entries;
}

// Remembers the request. True if it is the same as one of the last few.
static bool is_sent_again(struct traffic *traffic,
                          const struct request *request)
{
    bool again = false;
    for (int k = 0; k < N_RECENT; k++)
        again = again || says_the_same(request, &traffic->recent[k]);
    traffic->recent[traffic->n_sent++ % N_RECENT] = *request;
    return again;
}

// A candidate asks for each vote once, so each RequestVote counts. The time is
// that of sending: on a slow machine there can only be fewer in a second.
bool traffic_is_flood(struct traffic *traffic, const struct request *request)
{
    int64_t now_ns = clock_peek_ns();
    if (traffic->n_sent == 0 ||
        now_ns - traffic->since_ns >= 1000 * NS_PER_MS) {
        traffic->since_ns = now_ns;
        memset(traffic->n_again, 0, sizeof traffic->n_again);
    }
    if (is_sent_again(traffic, request) || request->kind == VOTE)
        traffic->n_again[request->kind]++;
    const int *n = traffic->n_again;
    return n[VOTE] + n[APPEND] + n[SNAPSHOT] >= FLOOD;
}

struct flood_text flood_text(const struct traffic *traffic, int from, int to,
                             const struct request *last)
{
    struct flood_text t;
    const int *n = traffic->n_again;
    snprintf(t.text, sizeof t.text,
             "server %d floods server %d: within %.3f s it sent it %d "
             "requests that bring nothing new: %d RequestVote, %d "
             "AppendEntries, %d InstallSnapshot; the last of them was %s in "
             "term %d. (MIT's busiest test takes 10,700 RPCs in 34 s, among "
             "five servers.) Send again only when a reply has come, or when a "
             "heartbeat or an election is due.",
             from, to,
             (double)(clock_peek_ns() - traffic->since_ns) / NS_PER_MS / 1000,
             FLOOD, n[VOTE], n[APPEND], n[SNAPSHOT], rpc_name(last->kind),
             last->term);
    return t;
}

void check_flood(struct checked_life *life, int to,
                 const struct request *request)
{
    struct traffic *traffic = &life->traffic[to];
    if (traffic_is_flood(traffic, request))
        fail_test(life->server->checker, NULL, NO_MOMENT,
                  flood_text(traffic, life->server->number, to, request).text);
}
