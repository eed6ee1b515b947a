// Peers that follow Figure 2: they grant their votes and replicate the server's
// log. All of this runs on the test's main thread.
#include "tests/fig2/internal.h"

#include "rt/clock.h"

#include <string.h>

// ---- Voting ----

// Peers 1 to n / 2 and the server itself are a majority.
static void give_votes(struct script *s)
{
    for (int peer = 1; peer <= s->n / 2; peer++) {
        struct call *call;
        while ((call = script_find(s, 0, script_is_vote, peer, 0)) != NULL) {
            int term = call->vote->term;
            bool is_newest = term == script_term(s);
            script_answer_vote(s, call, term, is_newest);
        }
    }
}

int script_elect(struct script *s)
{
    int64_t deadline_ns = clock_now_ns() + LONG_MS * NS_PER_MS;
    while (!script_is_leader(s)) {
        give_votes(s);
        script_sleep(s, 1);
        test_check(clock_now_ns() < deadline_ns,
                   "Rules for Servers, Candidates (Figure 2, §5.2): if votes "
                   "received from majority of servers, become leader. Server 0 "
                   "was given the votes of %d of its %d peers whenever it "
                   "asked, and does not lead after %d s; it is in term %d",
                   s->n / 2, s->n - 1, LONG_MS / 1000, script_term(s));
    }
    s->elected_term = script_term(s);
    for (int peer = 1; peer < s->n; peer++)
        s->played[peer].acknowledged_to = 0;
    return s->elected_term;
}

// ---- Following ----

void script_set_log(struct script *s, int peer, struct terms log)
{
    struct played_peer *p = &s->played[peer];
    p->last = log.count;
    for (int k = 0; k < log.count; k++) {
        p->term_at[k + 1] = log.term[k];
        p->number_at[k + 1] = script_command(k + 1, log.term[k]);
    }
}

int script_peer_number(struct script *s, int peer, int index)
{
    return s->played[peer].number_at[index];
}

static bool matches(const struct played_peer *p, int index, int term)
{
    return index <= p->base || (index <= p->last && p->term_at[index] == term);
}

static void hint(const struct played_peer *p, int prev_log_index,
                 AppendEntriesResponse *response)
{
    response->conflict_term = NO_TERM;
    response->conflict_index = p->last + 1;
    if (prev_log_index > p->last)
        return;
    int index = prev_log_index;
    response->conflict_term = p->term_at[index];
    while (index > p->base + 1 &&
           p->term_at[index - 1] == response->conflict_term)
        index--;
    response->conflict_index = index;
}

static void store(struct played_peer *p, const Entry *entry)
{
    if (matches(p, entry->index, entry->term))
        return;
    test_check(entry->index <= MAX_INDEX, "index %d is in no script",
               entry->index);
    p->last = entry->index;
    p->term_at[entry->index] = entry->term;
    if (entry->command.command_len == sizeof(int))
        memcpy(&p->number_at[entry->index], entry->command.command_val,
               sizeof(int));
}

static AppendEntriesResponse append(struct played_peer *p,
                                    const AppendEntriesRequest *request)
{
    if (request->term > p->term)
        p->term = request->term;
    AppendEntriesResponse response = { .term = p->term };
    if (request->term < p->term)
        return response;
    if (!matches(p, request->prev_log_index, request->prev_log_term)) {
        hint(p, request->prev_log_index, &response);
        return response;
    }
    response.success = true;
    for (u_int k = 0; k < request->entries.entries_len; k++)
        store(p, &request->entries.entries_val[k]);
    return response;
}

static void install(struct played_peer *p,
                    const InstallSnapshotRequest *request)
{
    if (request->term > p->term)
        p->term = request->term;
    if (request->term < p->term || request->last_included_index <= p->base)
        return;
    if (!matches(p, request->last_included_index, request->last_included_term))
        p->last = request->last_included_index;
    p->base = request->last_included_index;
    p->term_at[p->base] = request->last_included_term;
}

bool script_answer_as_follower(struct script *s, struct call *call)
{
    struct played_peer *p = &s->played[call->peer];
    if (call->append != NULL) {
        AppendEntriesResponse response = append(p, call->append);
        script_answer_append(s, call, response);
        return response.success;
    }
    bool is_taken = call->install->term >= p->term;
    install(p, call->install);
    script_answer_install(s, call, p->term);
    return is_taken;
}

void script_answer_waiting(struct script *s, int peer)
{
    struct call *call;
    while ((call = script_find(s, 0, script_is_to_follower, peer, 0)) != NULL)
        script_answer_as_follower(s, call);
}

// Returns the index up to which the peer would acknowledge the current leader's
// log, if it answered this request. -1 if it would refuse, or if the request is
// left over from an older leadership of the server.
static int would_acknowledge(const struct script *s, const struct call *call)
{
    const struct played_peer *p = &s->played[call->peer];
    int today = p->term > s->elected_term ? p->term : s->elected_term;
    if (call->install != NULL)
        return call->install->term >= today ? call->install->last_included_index
                                            : -1;
    const AppendEntriesRequest *request = call->append;
    if (request->term < today ||
        !matches(p, request->prev_log_index, request->prev_log_term))
        return -1;
    return request->prev_log_index + (int)request->entries.entries_len;
}

// Fails early if a server repeats a refused request again and again.
#define MAX_REQUESTS 1000

// How far a peer has got, for a message.
struct progress {
    int n_requests;
    int last_prev;
};

// Answers for the peer until a request would acknowledge index, and returns
// that request. NULL if none comes in this time.
static struct call *follow(struct script *s, int peer, int index, int within_ms,
                           struct progress *progress)
{
    int64_t deadline_ns = clock_now_ns() + within_ms * NS_PER_MS;
    while (progress->n_requests < MAX_REQUESTS &&
           clock_now_ns() < deadline_ns) {
        struct call *call =
            script_find(s, within_ms, script_is_to_follower, peer, 0);
        if (call == NULL || would_acknowledge(s, call) >= index)
            return call;
        progress->n_requests++;
        if (call->append != NULL)
            progress->last_prev = call->append->prev_log_index;
        script_answer_as_follower(s, call);
    }
    return NULL;
}

// A possible reason why a leader sends entries for ever that nobody
// acknowledged.
#define ASKS_TOO_FAR                                                           \
    ". Either a refusal does not move next_index back, or a success has "      \
    "raised match_index to more than what its request carried, which is "      \
    "prev_log_index + its entries"

struct call *script_acknowledge_before(struct script *s, int peer, int index,
                                       const char *rule)
{
    int first = s->played[peer].last;
    struct progress progress = { 0, -1 };
    struct call *call = follow(s, peer, index, LONG_MS, &progress);
    const struct played_peer *p = &s->played[peer];
    test_check(call != NULL,
               "%s. Server %d, whose log ended at index %d, answered all that "
               "server 0 sent, %d requests, and has not been sent the log up "
               "to index %d within %d s; the last prev_log_index was %d, and "
               "its log now ends at %d%s",
               rule, peer, first, progress.n_requests, index, LONG_MS / 1000,
               progress.last_prev, p->last,
               progress.last_prev > p->last ? ASKS_TOO_FAR : "");
    return call;
}

void script_acknowledge(struct script *s, int peer, int index, const char *rule)
{
    script_answer_as_follower(s,
                              script_acknowledge_before(s, peer, index, rule));
    s->played[peer].acknowledged_to = index;
}

void script_answer_acknowledged_peers(struct script *s, int index)
{
    for (int peer = 1; peer < s->n; peer++) {
        if (s->played[peer].acknowledged_to >= index)
            script_answer_waiting(s, peer);
    }
}

bool script_try_acknowledge(struct script *s, int peer, int index)
{
    struct progress progress = { 0, -1 };
    struct call *call = follow(s, peer, index, SOON_MS, &progress);
    if (call != NULL)
        script_answer_as_follower(s, call);
    return call != NULL;
}
