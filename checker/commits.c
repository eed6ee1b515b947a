// Committed entries. An entry is committed, with all before it, once a majority
// has saved it while in the entry's own term (§5.3, §5.4.2). From then on it is
// in the log of every later leader (§5.4.3), even if no server knows that yet.
// So this is the highest commit_index that a leader can have.
//
// A save does not always show that the server was in that term. A server may
// take an entry in term 3, hear of term 4, and save both at once. If it then
// acknowledges the entry in term 3, the entry counts: no later leader can lack
// it.
#include "checker/internal.h"

#include "rt/alloc.h"

#include <stdio.h>

static const char commit_rule[] = "Commit Rule (§5.3, §5.4.2, Figure 8)";
static const char stay[] = "Committed Entries Stay (§5.4, Figure 3)";
static const char completeness[] = "Leader Completeness (§5.4, Figure 3)";
static const char machine_safety[] = "State Machine Safety (§5.4.3, Figure 3)";
static const char snapshot_rule[] =
    "Snapshots Cover What Is Committed (§7, Figure 13)";

// ---- Counting ----

// The highest index up to which a majority has saved the log of this term's
// leader.
static int majority_has(const struct checker *checker, const struct term *term)
{
    int n = checker->options.n_servers;
    int highest = 0;
    for (int i = 0; i < n; i++) {
        int index = term->acts[i].saved_up_to;
        int holders = 0;
        for (int j = 0; j < n; j++)
            holders += term->acts[j].saved_up_to >= index;
        if (holders > n / 2 && index > highest)
            highest = index;
    }
    return highest;
}

static void commit(struct checker *checker, const struct saved *log, int index,
                   int in_term)
{
    if (index >= checker->committed_capacity) {
        checker->committed_capacity = 2 * index + 16;
        checker->committed = alloc_resize(checker->committed,
                                          (size_t)checker->committed_capacity,
                                          sizeof *checker->committed);
    }
    const struct saved_entry *entry = saved_at(log, index);
    checker->committed[index] =
        (struct committed){ entry->term, entry->hash, in_term, checker->now };
    checker->commit_index = index;
}

// Notes that in this term the server has saved the leader's log up to `last`,
// where an entry of this term is.
static void count(struct checked_server *server, int number, int last)
{
    struct checker *checker = server->checker;
    const struct saved *log = &server->saved;
    struct term *term = term_at(checker, number);
    if (last <= term->acts[server->number].saved_up_to)
        return;
    term->acts[server->number].saved_up_to = last;
    // If commit_index rises now, this server's log has all the entries up to
    // it. No log begins behind commit_index + 1.
    int up_to = last > checker->commit_index ? majority_has(checker, term) : 0;
    for (int index = checker->commit_index + 1; index <= up_to; index++)
        commit(checker, log, index, number);
}

void count_saved(struct checked_server *server)
{
    const struct saved *log = &server->saved;
    int last = saved_last(log);
    if (last > log->first && saved_at(log, last)->term == log->term)
        count(server, log->term, last);
}

void count_answered(struct checked_server *server,
                    const struct request *request)
{
    const struct saved *log = &server->saved;
    int last = request_index(request, request->n_entries);
    if (last > log->first && saved_holds(log, last, request->term))
        count(server, request->term, last);
}

// ---- Committed entries are never lost ----

static bool is_committed(const struct checker *checker, int index,
                         const struct saved_entry *entry)
{
    const struct committed *committed = &checker->committed[index];
    return committed->term == entry->term && committed->hash == entry->hash;
}

// A server in a term before the one in which the entry was committed may lose
// it: it was not of the majority, and its leader need not have the entry.
void check_committed_stay(struct checked_server *server, int index, int term)
{
    struct checker *checker = server->checker;
    const struct saved *log = &server->saved;
    int last = saved_last(log);
    if (last > checker->commit_index)
        last = checker->commit_index;
    for (; index <= last; index++) {
        const struct committed *lost = &checker->committed[index];
        if (index == log->first || lost->in_term > term ||
            !is_committed(checker, index, saved_at(log, index)))
            continue;
        fail_rule(
            checker, stay, lost->when,
            "at %s server %d saves a log without entry %d (term %d), which "
            "it had saved; at %s a majority had saved it, in term %d, so it "
            "is committed.",
            time_now().text, server->number, index, lost->term,
            time_text(lost->when).text, lost->in_term);
    }
}

// When commit_index rose last.
static struct moment last_commit(const struct checker *checker)
{
    return checker->commit_index > 0
               ? checker->committed[checker->commit_index].when
               : NO_MOMENT;
}

void check_snapshot_committed(struct checked_server *server,
                              const struct change *change)
{
    struct checker *checker = server->checker;
    if (change->first > checker->commit_index)
        fail_rule(checker, snapshot_rule, last_commit(checker),
                  "at %s server %d saves a log that begins after index %d; but "
                  "only entries up to %d are committed.",
                  time_now().text, server->number, change->first,
                  checker->commit_index);
    int term = checker->committed[change->first].term;
    if (change->first_term != term)
        fail_rule(
            checker, snapshot_rule, checker->committed[change->first].when,
            "at %s server %d saves a log that begins after index %d, said "
            "to be of term %d; the committed entry there is of term %d.",
            time_now().text, server->number, change->first, change->first_term,
            term);
}

// A leader has all entries that were committed in earlier terms.
void check_complete(struct checked_life *leader, int term)
{
    struct checked_server *server = leader->server;
    struct checker *checker = server->checker;
    const struct saved *log = &server->saved;
    int index = checker->commit_index;
    while (index > 0 && checker->committed[index].in_term >= term)
        index--;
    if (index <= log->first)
        return;
    const struct committed *entry = &checker->committed[index];
    if (index <= saved_last(log) &&
        is_committed(checker, index, saved_at(log, index)))
        return;
    fail_rule(
        checker, completeness, entry->when,
        "at %s server %d leads term %d, but its saved log lacks entry %d of "
        "term %d, which a majority had saved at %s, in term %d, so that it "
        "is committed.",
        time_now().text, server->number, term, index, entry->term,
        time_text(entry->when).text, entry->in_term);
}

// ---- Claims that an entry is committed ----

// Writes the servers that have saved an entry. Returns their number.
static int describe_holders(const struct checker *checker, int index, int term,
                            char *text, size_t size)
{
    int count = 0;
    size_t len = 0;
    text[0] = '\0';
    for (int i = 0; i < checker->options.n_servers; i++) {
        if (!saved_holds(&checker->servers[i].saved, index, term))
            continue;
        int wrote =
            snprintf(text + len, size - len, "%s%d", count > 0 ? ", " : "", i);
        if (wrote > 0 && (size_t)wrote < size - len)
            len += (size_t)wrote;
        count++;
    }
    return count;
}

// Writes why this index is not committed, for the end of a message.
static void explain_uncommitted(const struct checked_server *server, int index,
                                char *text, size_t size)
{
    const struct checker *checker = server->checker;
    const struct saved *log = &server->saved;
    if (index > saved_last(log) || index <= log->first) {
        snprintf(text, size,
                 "its saved log ends at %d, and an entry counts only where it "
                 "is saved, on the leader, too (Figure 2, persistent state)",
                 saved_last(log));
        return;
    }
    int term = saved_at(log, index)->term;
    char holders[300];
    int count = describe_holders(checker, index, term, holders, sizeof holders);
    int n = checker->options.n_servers;
    if (count <= n / 2)
        snprintf(text, size,
                 "entry %d of term %d is saved only on server%s %s: no "
                 "majority of %d",
                 index, term, count == 1 ? "" : "s", holders, n);
    else
        snprintf(text, size,
                 "entry %d is of term %d, and although servers %s have saved "
                 "it, no entry of a leader's own term is on a majority at or "
                 "behind it: a later leader could still overwrite it",
                 index, term, holders);
}

// The event that shows best that this index is not committed: the save of the
// server itself if its log lacks the entry; else when commit_index rose last.
static struct moment why_uncommitted(const struct checked_server *server,
                                     int index)
{
    const struct saved *log = &server->saved;
    bool lacks = index > saved_last(log) || index <= log->first;
    struct moment committed = last_commit(server->checker);
    return lacks || committed.event == 0 ? server->last_save : committed;
}

// A leader's own log has the committed entry at each index that it calls
// committed. While it leads, it only appends.
static void check_own_entry(const struct checked_server *server,
                            const struct request *request, int index)
{
    const struct saved *log = &server->saved;
    if (log->term != request->term || index <= log->first ||
        index > saved_last(log) ||
        is_committed(server->checker, index, saved_at(log, index)))
        return;
    const struct committed *entry = &server->checker->committed[index];
    fail_rule(
        server->checker, commit_rule, entry->when,
        "at %s server %d, in term %d, calls index %d committed, where it "
        "has an entry of term %d; but the committed one is of term %d: at "
        "%s a majority had saved it, in term %d.",
        time_now().text, server->number, request->term, index,
        saved_at(log, index)->term, entry->term, time_text(entry->when).text,
        entry->in_term);
}

void check_announced(struct checked_life *life, const struct request *request)
{
    struct checked_server *server = life->server;
    struct checker *checker = server->checker;
    int index =
        request->kind == APPEND ? request->leader_commit : request->index;
    if (index <= checker->commit_index) {
        check_own_entry(server, request, index);
        return;
    }
    char why[500];
    explain_uncommitted(server, index, why, sizeof why);
    fail_rule(
        checker, commit_rule, why_uncommitted(server, index),
        "at %s server %d sends %s %d in term %d; but entries are committed "
        "only up to %d: %s.",
        time_now().text, server->number,
        request->kind == APPEND ? "leader_commit" : "a snapshot up to index",
        index, request->term, checker->commit_index, why);
}

void check_applied_up_to(struct checked_life *life, int index)
{
    struct checked_server *server = life->server;
    struct checker *checker = server->checker;
    if (index <= checker->commit_index)
        return;
    char why[500];
    explain_uncommitted(server, index, why, sizeof why);
    fail_rule(checker, commit_rule, why_uncommitted(server, index),
              "at %s server %d has applied index %d; but entries are committed "
              "only up to %d: %s.",
              time_now().text, server->number, index, checker->commit_index,
              why);
}

// Does the server's saved log have the committed entry at this index?
static bool is_own_committed(const struct checked_server *server, int index)
{
    const struct saved *log = &server->saved;
    return index > log->first && index <= saved_last(log) &&
           is_committed(server->checker, index, saved_at(log, index));
}

// Another index at which the server has this command; 0 if there is none.
static int find_elsewhere(const struct checked_server *server, int index,
                          uint64_t hash)
{
    const struct checker *checker = server->checker;
    const struct saved *log = &server->saved;
    for (int k = 1; k <= checker->commit_index; k++) {
        if (k != index && checker->committed[k].hash == hash)
            return k;
    }
    for (int k = log->first + 1; k <= saved_last(log); k++) {
        if (k != index && saved_at(log, k)->hash == hash)
            return k;
    }
    return 0;
}

// Writes where a wrong command comes from, for the end of a message.
static void explain_applied(const struct checked_server *server, int index,
                            uint64_t hash, char *text, size_t size)
{
    const struct saved *log = &server->saved;
    int elsewhere = find_elsewhere(server, index, hash);
    text[0] = '\0';
    if (elsewhere > 0)
        snprintf(text, size, ": it is that of index %d%s", elsewhere,
                 elsewhere < index ? ", again" : "");
    else if (index > log->first && index <= saved_last(log) &&
             saved_at(log, index)->hash == hash)
        snprintf(text, size,
                 ": it is that of its own saved entry there, of term %d, which "
                 "no leader has found to match. commit_index goes no further "
                 "than what an AppendEntries has matched or brought (Figure 2, "
                 "AppendEntries step 5)",
                 saved_at(log, index)->term);
}

// The server's saved log has the committed entry, and yet it applies another
// command. If it does not come from another index, the bytes have changed.
static void check_applied_bytes(const struct checked_server *server, int index,
                                uint64_t hash)
{
    if (!is_own_committed(server, index) ||
        find_elsewhere(server, index, hash) > 0)
        return;
    fail_rule(server->checker, never_change, server->last_save,
              "at %s server %d applies at index %d another command than it has "
              "saved itself, at %s: the memory of the one in its log has been "
              "freed or overwritten. `make asan` may show where.",
              time_now().text, server->number, index,
              time_text(server->last_save).text);
}

void check_applied(struct checked_life *life, int index, uint64_t hash)
{
    struct checked_server *server = life->server;
    struct checker *checker = server->checker;
    if (index < 1)
        return;  // The tester reports that itself.
    check_applied_up_to(life, index);
    const struct committed *entry = &checker->committed[index];
    if (entry->hash == hash)
        return;
    check_applied_bytes(server, index, hash);
    char why[300];
    explain_applied(server, index, hash, why, sizeof why);
    fail_rule(
        checker, machine_safety, entry->when,
        "at %s server %d has applied a command at index %d that is not the "
        "committed one, which a majority had saved at %s, in term %d%s.",
        time_now().text, server->number, index, time_text(entry->when).text,
        entry->in_term, why);
}
