// Checks that apply to everything that the server sends or saves, in any test.
#include "tests/fig2/internal.h"
#include "tests/fig2/rules.h"

#include "rt/mutex.h"

#include <string.h>

// ---- What it has saved ----

void script_check_saved(const struct script *s, const struct saved *saved)
{
    test_check(!saved->is_other,
               "State (Figure 2, persistent state): this test reads what is "
               "saved. What server 0 has saved is no PersistentState of "
               "raft.x: it does not decode, or logs[0] is missing, or the "
               "indices in logs do not follow each other");
    test_check(!saved->is_valid ||
                   (saved->voted_for >= NOBODY && saved->voted_for < s->n),
               "State (Figure 2): voted_for is the candidate that received the "
               "vote in the current term, or null if none. Server 0 has saved "
               "voted_for %d in term %d; but there are servers 0 to %d only. "
               "Who has not voted saves NOBODY (%d)",
               saved->voted_for, saved->term, s->n - 1, NOBODY);
}

void script_check_unchanged(struct script *s, const struct saved *saved)
{
    must_hold(&s->mu);
    for (int k = saved->first + 1; saved->is_valid && k <= saved->last; k++) {
        test_check(s->seen_term[k] != saved->term_at[k] ||
                       s->seen_number[k] == saved->number_at[k],
                   NEVER_CHANGES ". Server 0 had saved entry %d of term %d "
                                 "with the command %d, and now with the "
                                 "command %d. Either it has given this index "
                                 "to two commands, or " MEMORY,
                   k, saved->term_at[k], s->seen_number[k],
                   saved->number_at[k]);
        s->seen_term[k] = saved->term_at[k];
        s->seen_number[k] = saved->number_at[k];
    }
}

// ---- Its requests ----

int script_number_of(const Entry *entry)
{
    int number = -1;
    if (entry->command.command_len == sizeof number)
        memcpy(&number, entry->command.command_val, sizeof number);
    return number;
}

// A Raft may call it otherwise among its own. But the script does not.
static void remark_index_0(const char *what, int index, int term)
{
    if (index == 0 && term != 0)
        test_remark("Server 0 sent %s_index 0 with %s_term %d: index 0 has "
                    "term 0, see raft.x",
                    what, what, term);
}

static void check_vote_request(const RequestVoteRequest *request)
{
    test_check(request->candidate_id == ME,
               "RequestVote (Figure 2): candidate_id is the candidate "
               "requesting the vote. Server 0 sent candidate_id %d",
               request->candidate_id);
    remark_index_0("last_log", request->last_log_index, request->last_log_term);
}

// The server's own entry, of that index and term, has the same command.
static void check_bytes(const struct saved *saved, const Entry *entry)
{
    int index = entry->index, number = script_number_of(entry);
    if (!saved->is_valid || index <= saved->first || index > saved->last ||
        saved->term_at[index] != entry->term)
        return;
    test_check(saved->number_at[index] == number,
               NEVER_CHANGES ". Server 0 sent entry %d of term %d with the "
                             "command %d, but had saved it with the command "
                             "%d: " MEMORY,
               index, entry->term, number, saved->number_at[index]);
}

static void check_append_request(const AppendEntriesRequest *request,
                                 const struct saved *saved)
{
    test_check(request->leader_id == ME,
               "AppendEntries (Figure 2): leader_id is for followers to "
               "redirect clients. Server 0 sent leader_id %d",
               request->leader_id);
    test_check(request->prev_log_index >= 0,
               "State (Figure 2): next_index never falls below 1, since the "
               "log begins there. Server 0 sent prev_log_index %d",
               request->prev_log_index);
    remark_index_0("prev_log", request->prev_log_index, request->prev_log_term);
    int index = request->prev_log_index;
    for (u_int k = 0; k < request->entries.entries_len; k++) {
        const Entry *entry = &request->entries.entries_val[k];
        test_check(entry->index == ++index && entry->term <= request->term,
                   "AppendEntries (Figure 2): prev_log_index is the index "
                   "immediately preceding the new entries. Server 0 (term %d) "
                   "sent prev_log_index %d and, as entry %u behind it, one "
                   "with index %d of term %d",
                   request->term, request->prev_log_index, k + 1, entry->index,
                   entry->term);
        check_bytes(saved, entry);
    }
}

static void check_install_request(const InstallSnapshotRequest *request)
{
    test_check(request->leader_id == ME,
               "InstallSnapshot (Figure 13): leader_id is for followers to "
               "redirect clients. Server 0 sent leader_id %d",
               request->leader_id);
}

void script_check_request(const struct call *call)
{
    if (call->vote != NULL)
        check_vote_request(call->vote);
    else if (call->append != NULL)
        check_append_request(call->append, &call->saved);
    else
        check_install_request(call->install);
}

// ---- Its replies ----

void script_check_reply(const char *name, int asked_term, int reply_term)
{
    test_check(reply_term >= asked_term,
               ADOPT "; and every reply carries current_term, refusals too. "
                     "Server 0 answered %s of term %d with term %d",
               name, asked_term, reply_term);
}

// ---- What it applies ----

static bool is_of_a_played_leader(int number, int index)
{
    return number > script_command(0, 1) &&
           number % script_command(0, 1) == index;
}

void script_check_applied(const struct saved *saved, int index, int number)
{
    // A leader's entry may take the place of the one that is saved.
    if (!saved->is_valid || index <= saved->first || index > saved->last ||
        number == saved->number_at[index] ||
        is_of_a_played_leader(number, index))
        return;
    for (int k = saved->first + 1; k <= saved->last; k++)
        test_check(number != saved->number_at[k],
                   "Rules for Servers, All Servers (Figure 2, §5.3): increment "
                   "last_applied, apply log[last_applied]. Server 0 applied at "
                   "index %d the command %d: it is that of index %d",
                   index, number, k);
    test_fail(NEVER_CHANGES ". Server 0 applied at index %d the command %d, "
                            "but had saved the command %d there, in an entry "
                            "of term %d: " MEMORY,
              index, number, saved->number_at[index], saved->term_at[index]);
}
