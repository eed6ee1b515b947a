// A server that sends without waiting: again what it has just sent, or votes
// asked for without end. It may pass a test that a faster machine, or a slower
// network, would fail.
//
// Right Rafts have good reasons to send much: each command in an RPC of its
// own, one step back for each refusal. So only requests count that bring
// nothing new. Figures, and those of right Rafts, are in docs/figures.md.
#include "checker/floods.h"
#include "checker/internal.h"
#include "rt/clock.h"

#include <stdio.h>
#include <string.h>

#define FLOOD 1000  // In a second, to one server: ten times what is seen.

static bool says_the_same(const struct request *a, const struct request *b)
{
    return a->kind == b->kind && a->term == b->term && a->index == b->index &&
           a->index_term == b->index_term &&
           a->leader_commit == b->leader_commit && a->n_entries == b->n_entries;
}

// Remembers the request. Does it say what one of the last few has said?
static bool is_sent_again(struct stream *stream, const struct request *request)
{
    bool again = false;
    for (int k = 0; k < N_RECENT; k++)
        again = again || says_the_same(request, &stream->recent[k]);
    stream->recent[stream->n_sent++ % N_RECENT] = *request;
    return again;
}

// A vote is asked for once in an election, so each counts. Time is what the
// clock shows when they are sent: on a slow machine they can only be fewer.
bool stream_floods(struct stream *stream, const struct request *request)
{
    int64_t now_ns = clock_peek_ns();
    if (stream->n_sent == 0 || now_ns - stream->since_ns >= 1000 * NS_PER_MS) {
        stream->since_ns = now_ns;
        memset(stream->n_again, 0, sizeof stream->n_again);
    }
    if (is_sent_again(stream, request) || request->kind == VOTE)
        stream->n_again[request->kind]++;
    const int *n = stream->n_again;
    return n[VOTE] + n[APPEND] + n[SNAPSHOT] >= FLOOD;
}

struct flood_text flood_text(const struct stream *stream, int from, int to,
                             const struct request *last)
{
    struct flood_text t;
    const int *n = stream->n_again;
    snprintf(t.text, sizeof t.text,
             "server %d floods server %d: within %.3f s it sent it %d "
             "requests that bring nothing new: %d RequestVote, %d "
             "AppendEntries, %d InstallSnapshot; the last of them was %s in "
             "term %d. (MIT's busiest test takes 10,700 RPCs in 34 s, among "
             "five servers.) Send again only when a reply has come, or when a "
             "heartbeat or an election is due.",
             from, to,
             (double)(clock_peek_ns() - stream->since_ns) / NS_PER_MS / 1000,
             FLOOD, n[VOTE], n[APPEND], n[SNAPSHOT], rpc_name(last->kind),
             last->term);
    return t;
}

void check_flood(struct checked_life *life, int to,
                 const struct request *request)
{
    struct stream *stream = &life->streams[to];
    if (stream_floods(stream, request))
        fail_test(life->server->checker, "%s",
                  flood_text(stream, life->server->number, to, request).text);
}
