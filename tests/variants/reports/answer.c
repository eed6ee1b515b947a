// The answers of a server, each with a report of its log or vote.
#include "core.h"

#include <assert.h>

void reports_answer_vote(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    struct ledger *ledger = &rf->ledger;
    const RequestVoteRequest *request = args;
    RequestVoteResponse *report = reply;
    pthread_mutex_lock(&rf->mu);
    if (request->term > ledger->current_term)
        reports_follow(rf, request->term);
    int last = ledger_last(ledger), last_term = ledger_term(ledger, last);
    bool is_behind = request->last_log_term == last_term
                         ? request->last_log_index < last
                         : request->last_log_term < last_term;
    if (request->term == ledger->current_term && !is_behind &&
        (ledger->voted_for == NOBODY ||
         ledger->voted_for == request->candidate_id)) {
        ledger->voted_for = request->candidate_id;
        ledger_save(ledger);
        reports_wait_anew(rf);
        report->vote_granted = true;
    }
    report->term = ledger->current_term;
    report->voter_id = rf->me;
    pthread_mutex_unlock(&rf->mu);
}

static void point_to_conflict(const struct ledger *ledger, int prev,
                              AppendEntriesResponse *report)
{
    int last = ledger_last(ledger);
    report->last_log_index = last;
    report->conflict_term = NO_TERM;
    report->conflict_index = last + 1;
    if (prev > last)
        return;
    report->conflict_term = ledger_term(ledger, prev);
    report->conflict_index = prev;
    while (report->conflict_index > ledger->first + 1 &&
           ledger_term(ledger, report->conflict_index - 1) ==
               report->conflict_term)
        report->conflict_index--;
}

static void store(struct raft *rf, const AppendEntriesRequest *request)
{
    struct ledger *ledger = &rf->ledger;
    u_int k = 0, n = request->entries.entries_len;
    const Entry *entries = request->entries.entries_val;
    while (k < n && (entries[k].index <= ledger->first ||
                     ledger_agrees(ledger, entries[k].index, entries[k].term)))
        k++;
    if (k == n)
        return;
    assert(entries[k].index > rf->commit_index);
    ledger_truncate(ledger, entries[k].index - 1);
    for (; k < n; k++)
        ledger_add(ledger, entries[k].term,
                   (struct bytes){ entries[k].command.command_val,
                                   entries[k].command.command_len });
    ledger_save(ledger);
}

static void commit_up_to(struct raft *rf, int index)
{
    if (index <= rf->commit_index)
        return;
    rf->commit_index = index;
    pthread_cond_signal(&rf->wake_applier);
}

void reports_answer_append(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    struct ledger *ledger = &rf->ledger;
    const AppendEntriesRequest *request = args;
    AppendEntriesResponse *report = reply;
    pthread_mutex_lock(&rf->mu);
    if (request->term >= ledger->current_term) {
        int prev = request->prev_log_index;
        reports_follow(rf, request->term);
        reports_wait_anew(rf);
        if (prev < ledger->first ||
            ledger_agrees(ledger, prev, request->prev_log_term)) {
            int end = prev + (int)request->entries.entries_len;
            store(rf, request);
            commit_up_to(rf, request->leader_commit < end
                                 ? request->leader_commit
                                 : end);
            report->success = true;
            report->match_index = end;
        } else {
            point_to_conflict(ledger, prev, report);
        }
    }
    report->term = ledger->current_term;
    pthread_mutex_unlock(&rf->mu);
}

void reports_answer_install(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    struct ledger *ledger = &rf->ledger;
    const InstallSnapshotRequest *request = args;
    InstallSnapshotResponse *report = reply;
    pthread_mutex_lock(&rf->mu);
    if (request->term >= ledger->current_term) {
        reports_follow(rf, request->term);
        reports_wait_anew(rf);
        if (request->last_included_index > rf->commit_index) {
            ledger_begin_at(ledger, request->last_included_index,
                            request->last_included_term);
            ledger_save_with(ledger, (struct bytes){ request->data.data_val,
                                                     request->data.data_len });
            commit_up_to(rf, ledger->first);
        }
        report->match_index = request->last_included_index;
    }
    report->term = ledger->current_term;
    pthread_mutex_unlock(&rf->mu);
}
