// The rules of logs. A leader only appends. Two logs with a common entry are
// the same up to it. A follower keeps what it has acknowledged.
#include "checker/internal.h"

#include <stdio.h>

static const char append_only[] = "Leader Append-Only (§5.3, Figure 3)";
static const char log_matching[] = "Log Matching (§5.3, Figure 3)";
static const char acknowledged[] =
    "Acknowledged Entries Stay (§5.3; AppendEntries steps 3, 4)";
static const char honest_success[] =
    "Success Means a Matching Log (§5.3; AppendEntries step 2)";
static const char saved_first[] =
    "Saved Before Answered (Figure 2, persistent state)";
static const char no_going_back[] = "Snapshots Never Go Back (§7, Figure 13)";
static const char together[] = "State and Snapshot Together (§7)";

// ---- Saved logs ----

// Within a term a log never loses entries of that term's leader: the leader
// only appends, and a follower has acknowledged entries of the leader's log.
static void check_cut(struct checked_server *server,
                      const struct change *change, int cut)
{
    struct checker *checker = server->checker;
    const struct saved *before = &server->saved;
    if (change->term != before->term)
        return;
    int last = saved_last(before);
    const struct term *term = term_at(checker, change->term);
    if (term->leader == server->life)
        fail_rule(
            checker, append_only, server->last_save,
            "at %s server %d, the leader of term %d since %s, saves a log "
            "without the entries %d to %d that it had saved.",
            time_now().text, server->number, term->number,
            time_text(term->since).text, cut, last);

    int acknowledged_up_to = term->acts[server->number].acknowledged;
    if (cut <= acknowledged_up_to)
        fail_rule(
            checker, acknowledged, term->acts[server->number].acknowledged_when,
            "at %s server %d saves a log without the entries %d to %d that "
            "it had saved; at %s, in this term (%d), it has told the leader "
            "that it has all up to %d, and the leader may have counted on "
            "that.",
            time_now().text, server->number, cut, last,
            time_text(term->acts[server->number].acknowledged_when).text,
            term->number, acknowledged_up_to);
    if (saved_at(before, last)->term == change->term)
        fail_rule(
            checker, acknowledged, server->last_save,
            "at %s server %d saves a log without the entries %d to %d that "
            "it had saved, at %s; the last is of the current term (%d), "
            "whose leader never takes an entry back.",
            time_now().text, server->number, cut, last,
            time_text(server->last_save).text, term->number);
}

// An entry with the same index and term is the same entry: a leader creates one
// for each index and term, and nobody changes it.
static void check_unchanged(struct checked_server *server,
                            const struct change *change, int cut)
{
    const struct saved *before = &server->saved;
    int k = cut - change->first - change->n_same;
    if (cut <= before->first || k >= change->n_fresh)
        return;
    const struct saved_entry *old = saved_at(before, cut);
    const struct saved_entry *entry = &change->fresh[k];
    if (entry->term != old->term || entry->hash == old->hash)
        return;
    fail_rule(
        server->checker, never_change, server->last_save,
        "at %s server %d saves entry %d of term %d with another command "
        "than before, at %s. Either its memory has been freed or "
        "overwritten, which `make asan` may show, or the leader of term %d "
        "has given this index to two commands.",
        time_now().text, server->number, cut, entry->term,
        time_text(server->last_save).text, entry->term);
}

void check_sent_entries(struct checked_life *leader,
                        const struct request *request)
{
    struct checked_server *server = leader->server;
    const struct saved *saved = &server->saved;
    for (int k = 0; k < request->n_entries; k++) {
        int index = request_index(request, k + 1);
        if (index <= saved->first || index > saved_last(saved))
            continue;
        int term;
        uint64_t hash;
        request_entry(request, k, &term, &hash);
        const struct saved_entry *own = saved_at(saved, index);
        if (own->term == term && own->hash != hash)
            fail_rule(
                server->checker, never_change, server->last_save,
                "at %s server %d sends entry %d of term %d with another "
                "command than it has saved itself: the memory of the one "
                "in its log has been freed or overwritten. `make asan` may "
                "show where.",
                time_now().text, server->number, index, term);
    }
}

// Compares a new entry with those of the same index and term in the other logs.
static void check_matching(struct checked_server *server, int index,
                           const struct saved_entry *prev,
                           const struct saved_entry *entry)
{
    struct checker *checker = server->checker;
    for (int j = 0; j < checker->options.n_servers; j++) {
        const struct saved *other = &checker->servers[j].saved;
        if (j == server->number || index <= other->first ||
            index > saved_last(other))
            continue;
        const struct saved_entry *theirs = saved_at(other, index);
        if (theirs->term != entry->term)
            continue;
        if (theirs->hash != entry->hash)
            fail_rule(
                checker, log_matching, checker->servers[j].last_save,
                "at %s server %d saves an entry with index %d and term %d "
                "whose command is not that of the entry with this index and "
                "term that server %d has, and saved last at %s.",
                time_now().text, server->number, index, entry->term, j,
                time_text(checker->servers[j].last_save).text);
        if (theirs[-1].term != prev->term)
            fail_rule(
                checker, log_matching, checker->servers[j].last_save,
                "at %s server %d saves an entry with index %d and term %d, "
                "as server %d has one, saved last at %s; but the entries "
                "before it differ: server %d's is of term %d, server %d's "
                "of term %d.",
                time_now().text, server->number, index, entry->term, j,
                time_text(checker->servers[j].last_save).text, server->number,
                prev->term, j, theirs[-1].term);
    }
}

static void check_fresh(struct checked_server *server,
                        const struct change *change)
{
    // Element 0 stands for the snapshot's last entry: it is skipped.
    for (int k = change->n_same == 0 ? 1 : 0; k < change->n_fresh; k++) {
        int index = change->first + change->n_same + k;
        const struct saved_entry *prev =
            k > 0 ? &change->fresh[k - 1] : saved_at(&server->saved, index - 1);
        check_matching(server, index, prev, &change->fresh[k]);
    }
}

void check_saved_log(struct checked_server *server, const struct change *change,
                     struct bytes snapshot)
{
    int covered = server->checker->options.snapshot_index(snapshot);
    if (change->first > covered)
        fail_rule(
            server->checker, together, NO_MOMENT,
            "at %s server %d saves a log that begins after index %d, with a "
            "snapshot that ends at %d: after a crash now, the entries "
            "between would be lost.",
            time_now().text, server->number, change->first, covered);
    const struct saved *before = &server->saved;
    if (change->first < before->first)
        fail_rule(
            server->checker, no_going_back, server->last_save,
            "at %s server %d saves a log that begins after index %d, but at "
            "%s it saved one that begins after index %d: an old snapshot "
            "has replaced a newer one.",
            time_now().text, server->number, change->first,
            time_text(server->last_save).text, before->first);
    if (change->first > before->first ||
        change->first_term != saved_at(before, before->first)->term)
        check_snapshot_committed(server, change);
    int cut = change_cut(change, before);
    if (cut != NOTHING_CUT) {
        check_unchanged(server, change, cut);
        check_committed_stay(server, cut, change->term);
        check_cut(server, change, cut);
    }
    check_fresh(server, change);
}

// ---- Acknowledgements ----

// Fails the test: the follower's log has another entry there, or none.
_Noreturn static void deny_success(struct checked_server *server,
                                   const struct request *request, int index,
                                   int term)
{
    const struct saved *saved = &server->saved;
    char has[80];
    if (index > saved_last(saved))
        snprintf(has, sizeof has, "its saved log ends at %d",
                 saved_last(saved));
    else
        snprintf(has, sizeof has, "its saved entry %d is of term %d", index,
                 saved_at(saved, index)->term);
    if (index <= request->index)
        fail_rule(
            server->checker, honest_success, server->last_save,
            "at %s server %d answers success to an AppendEntries of term %d "
            "with prev_log_index %d and prev_log_term %d, but %s.",
            time_now().text, server->number, request->term, index, term, has);
    fail_rule(server->checker, saved_first, server->last_save,
              "at %s server %d answers success to an AppendEntries of term %d "
              "with entries %d to %d, but %s: after a crash it would not have "
              "what the leader counts on.",
              time_now().text, server->number, request->term,
              request_index(request, 1),
              request_index(request, request->n_entries), has);
}

static void check_has(struct checked_server *server,
                      const struct request *request)
{
    const struct saved *saved = &server->saved;
    if (!saved_holds(saved, request->index, request->index_term))
        deny_success(server, request, request->index, request->index_term);
    for (int k = 0; k < request->n_entries; k++) {
        int index = request_index(request, k + 1);
        if (index <= saved->first)
            continue;
        int term;
        uint64_t hash;
        request_entry(request, k, &term, &hash);
        if (!saved_holds(saved, index, term))
            deny_success(server, request, index, term);
        if (saved_at(saved, index)->hash != hash)
            fail_rule(
                server->checker, log_matching, server->last_save,
                "at %s server %d answers success to an AppendEntries of "
                "term %d; but its saved entry %d, of term %d, has another "
                "command than the one it was sent.",
                time_now().text, server->number, request->term, index, term);
    }
}

static void note_acknowledged(struct checked_server *server,
                              const struct request *request)
{
    struct acts *acts =
        &term_at(server->checker, request->term)->acts[server->number];
    int up_to = request_index(request, request->n_entries);
    if (up_to > acts->acknowledged) {
        acts->acknowledged = up_to;
        acts->acknowledged_when = server->checker->now;
    }
}

// The log of a follower can only have grown since it answered, if it is still
// in the same term.
void check_success(struct checked_life *follower, const struct request *request,
                   int answered_term)
{
    struct checked_server *server = follower->server;
    const struct saved *saved = &server->saved;
    if (saved->term < request->term)
        fail_rule(
            server->checker, saved_first, server->last_save,
            "at %s server %d answers success to an AppendEntries of term "
            "%d, but what it saved last, at %s, is term %d: after a crash "
            "it could follow, or vote for, one of an older term.",
            time_now().text, server->number, request->term,
            time_text(server->last_save).text, saved->term);
    if (saved->term == request->term) {
        check_has(server, request);
        note_acknowledged(server, request);
    }
    if (answered_term == request->term)
        count_answered(server, request);
}
