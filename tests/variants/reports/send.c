// The requests of a candidate and of a leader (§5.2, §5.3, §7), and what they
// do with the reports in the replies.
#include "core.h"

#include "rt/alloc.h"
#include "rt/debug_log.h"

#include <stdlib.h>

struct errand {
    struct raft *rf;
    int to;
    int term;
    int64_t sent_ms;
    RequestVoteRequest vote;
    AppendEntriesRequest append;
    InstallSnapshotRequest install;
};

static struct errand *new_errand(struct raft *rf, int to)
{
    struct errand *errand = alloc(sizeof *errand);
    errand->rf = rf;
    errand->to = to;
    errand->term = rf->ledger.current_term;
    errand->sent_ms = reports_now_ms();
    return errand;
}

// Does a report of this term count?
static bool counts(struct errand *errand, enum role role, int its_term)
{
    struct raft *rf = errand->rf;
    if (rf->dead)
        return false;
    if (its_term > rf->ledger.current_term)
        reports_follow(rf, its_term);
    return rf->role == role && rf->ledger.current_term == errand->term &&
           its_term == errand->term;
}

static void is_back(struct errand *errand)
{
    struct peer *peer = &errand->rf->peers[errand->to];
    if (peer->sent_ms == errand->sent_ms)
        peer->sent_ms = 0;
}

// ---- Elections ----

static void take_lead_if_elected(struct raft *rf)
{
    if (rf->role != STANDING || __builtin_popcount(rf->voters) <= rf->n / 2)
        return;
    rf->role = HEAD;
    debug_log("ROLE", rf->me, rf->ledger.current_term, "leads");
    for (int p = 0; p < rf->n; p++)
        rf->peers[p] =
            (struct peer){ .next_index = ledger_last(&rf->ledger) + 1 };
    pthread_cond_signal(&rf->wake_clock);
}

static void ask_for_vote(void *arg)
{
    struct errand *errand = arg;
    struct raft *rf = errand->rf;
    RequestVoteResponse report = { 0 };
    bool came = labrpc_call(rf->ends[errand->to], &reports_methods[VOTE],
                            &errand->vote, &report);
    pthread_mutex_lock(&rf->mu);
    if (came && counts(errand, STANDING, report.term) && report.vote_granted) {
        rf->voters |= 1u << report.voter_id;
        take_lead_if_elected(rf);
        reports_pump(rf);
    }
    pthread_mutex_unlock(&rf->mu);
    free(errand);
}

void reports_stand(struct raft *rf)
{
    struct ledger *ledger = &rf->ledger;
    int last = ledger_last(ledger);
    rf->role = STANDING;
    rf->voters = 1u << rf->me;
    ledger->current_term++;
    ledger->voted_for = rf->me;
    ledger_save(ledger);
    reports_wait_anew(rf);
    for (int to = 0; to < rf->n; to++) {
        if (to == rf->me)
            continue;
        struct errand *errand = new_errand(rf, to);
        errand->vote =
            (RequestVoteRequest){ .term = ledger->current_term,
                                  .candidate_id = rf->me,
                                  .last_log_index = last,
                                  .last_log_term = ledger_term(ledger, last) };
        go(rf->threads, "ask", ask_for_vote, errand);
    }
    take_lead_if_elected(rf);
}

// ---- Reports of followers ----

void reports_count(struct raft *rf)
{
    struct ledger *ledger = &rf->ledger;
    for (int index = rf->commit_index + 1; index <= ledger_last(ledger);
         index++) {
        int n = 1;
        for (int p = 0; p < rf->n; p++)
            n += p != rf->me && rf->peers[p].match_index >= index;
        if (n <= rf->n / 2)
            return;
        if (ledger_term(ledger, index) != ledger->current_term)
            continue;  // A later entry of this term commits it (Figure 8).
        rf->commit_index = index;
        pthread_cond_signal(&rf->wake_applier);
    }
}

static void has_reported(struct raft *rf, int p, int match_index)
{
    struct peer *peer = &rf->peers[p];
    if (match_index > peer->match_index)
        peer->match_index = match_index;
    if (match_index >= peer->next_index)
        peer->next_index = match_index + 1;
    reports_count(rf);
}

// Goes back to where the leader's log may match the follower's, whose end and
// conflicting term are known.
static void go_back(struct raft *rf, int p, int prev,
                    const AppendEntriesResponse *report)
{
    struct peer *peer = &rf->peers[p];
    if (prev != peer->next_index - 1 || prev <= peer->match_index)
        return;
    int index = prev - 1;
    if (report->last_log_index < index)
        index = report->last_log_index;
    if (report->conflict_term != NO_TERM) {
        while (index > rf->ledger.first && index >= report->conflict_index &&
               ledger_term(&rf->ledger, index) > report->conflict_term)
            index--;
        if (index >= report->conflict_index &&
            !ledger_agrees(&rf->ledger, index, report->conflict_term))
            index = report->conflict_index - 1;
    }
    if (index < peer->match_index)
        index = peer->match_index;
    peer->next_index = index + 1;
}

static void carry_append(void *arg)
{
    struct errand *errand = arg;
    struct raft *rf = errand->rf;
    AppendEntriesResponse report = { 0 };
    bool came = labrpc_call(rf->ends[errand->to], &reports_methods[APPEND],
                            &errand->append, &report);
    pthread_mutex_lock(&rf->mu);
    if (came && counts(errand, HEAD, report.term)) {
        is_back(errand);
        if (report.success)
            has_reported(rf, errand->to, report.match_index);
        else
            go_back(rf, errand->to, errand->append.prev_log_index, &report);
        reports_pump(rf);
    }
    pthread_mutex_unlock(&rf->mu);
    xdr_free((xdrproc_t)xdr_AppendEntriesRequest, &errand->append);
    free(errand);
}

static void carry_install(void *arg)
{
    struct errand *errand = arg;
    struct raft *rf = errand->rf;
    InstallSnapshotResponse report = { 0 };
    bool came = labrpc_call(rf->ends[errand->to], &reports_methods[INSTALL],
                            &errand->install, &report);
    pthread_mutex_lock(&rf->mu);
    if (counts(errand, HEAD, came ? report.term : errand->term)) {
        is_back(errand);
        rf->peers[errand->to].install_ms = 0;
        if (came)
            has_reported(rf, errand->to, report.match_index);
        if (came)
            reports_pump(rf);
    }
    pthread_mutex_unlock(&rf->mu);
    free(errand->install.data.data_val);
    free(errand);
}

// ---- Sending ----

static void send_append(struct raft *rf, int to, int prev, int count)
{
    const struct ledger *ledger = &rf->ledger;
    struct errand *errand = new_errand(rf, to);
    Entry *entries = alloc((size_t)(count + 1) * sizeof *entries);
    for (int k = 0; k < count; k++) {
        int index = prev + 1 + k;
        struct bytes command = bytes_copy(ledger_command(ledger, index));
        entries[k] = (Entry){ index,
                              ledger_term(ledger, index),
                              { (u_int)command.len, command.data } };
    }
    errand->append =
        (AppendEntriesRequest){ .term = ledger->current_term,
                                .leader_id = rf->me,
                                .prev_log_index = prev,
                                .prev_log_term = ledger_term(ledger, prev),
                                .leader_commit = rf->commit_index,
                                .entries = { (u_int)count, entries } };
    rf->peers[to].told_commit = rf->commit_index;
    rf->peers[to].sent_ms = errand->sent_ms;
    go(rf->threads, "append", carry_append, errand);
}

static void send_install(struct raft *rf, int to)
{
    const struct ledger *ledger = &rf->ledger;
    struct bytes snapshot = persister_read_snapshot(ledger->persister);
    struct errand *errand = new_errand(rf, to);
    errand->install = (InstallSnapshotRequest){
        .term = ledger->current_term,
        .leader_id = rf->me,
        .last_included_index = ledger->first,
        .last_included_term = ledger_term(ledger, ledger->first),
        .data = { (u_int)snapshot.len, snapshot.data },
    };
    rf->peers[to].sent_ms = errand->sent_ms;
    rf->peers[to].install_ms = errand->sent_ms;
    go(rf->threads, "install", carry_install, errand);
}

static void send_what_is_due(struct raft *rf, int to, int64_t now)
{
    struct peer *peer = &rf->peers[to];
    const struct ledger *ledger = &rf->ledger;
    int last = ledger_last(ledger);
    bool is_quiet = peer->sent_ms == 0 || now - peer->sent_ms >= LATE_MS;
    // While a snapshot is on its way, the leader sends only heartbeats.
    bool needs_snapshot = peer->next_index <= ledger->first;
    bool is_installing = needs_snapshot && peer->install_ms != 0 &&
                         now - peer->install_ms < INSTALL_LATE_MS;
    bool lacks =
        peer->next_index <= last || peer->told_commit < rf->commit_index;
    if (now < peer->beat_ms && !(is_quiet && lacks && !is_installing))
        return;
    peer->beat_ms = now + BEAT_MS;
    if (is_installing)
        send_append(rf, to, ledger->first, 0);
    else if (needs_snapshot)
        send_install(rf, to);
    else
        send_append(rf, to, peer->next_index - 1, last - peer->next_index + 1);
}

void reports_pump(struct raft *rf)
{
    if (rf->role != HEAD || rf->dead)
        return;
    int64_t now = reports_now_ms();
    for (int p = 0; p < rf->n; p++) {
        if (p != rf->me)
            send_what_is_due(rf, p, now);
    }
}
