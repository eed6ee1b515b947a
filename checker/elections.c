// The rules of elections. Terms only grow. A server votes once in a term, for a
// candidate whose log is as up-to-date as its own. A leader has a majority.
#include "checker/internal.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

static const char terms_grow[] = "Growing Terms (§5.1)";
static const char one_vote[] = "One Vote a Term (§5.2)";
static const char election_safety[] = "Election Safety (§5.2, Figure 3)";
static const char restriction[] = "Election Restriction (§5.4.1)";
static const char saved_first[] =
    "Saved Before Answered (Figure 2, persistent state)";

// ---- Candidates and voters ----

void hear_candidate(struct checked_life *life, const struct request *request)
{
    struct checked_server *server = life->server;
    struct checker *checker = server->checker;
    struct acts *acts = &term_at(checker, request->term)->acts[server->number];
    // A crashed life may still ask for votes, which reach nobody. The server's
    // next life may stand in the same term by then.
    if (acts->candidate == life || (life->crashed && acts->candidate != NULL))
        return;
    size_t n = (size_t)checker->options.n_servers;
    if (acts->granted_by == NULL)
        acts->granted_by = alloc(n * sizeof *acts->granted_by);
    memset(acts->granted_by, 0, n * sizeof *acts->granted_by);
    acts->candidate = life;
    acts->asked = checker->now;
}

// Does the server vote for itself with this save?
bool stands_by(const struct checked_server *server, const struct change *change)
{
    const struct saved *before = &server->saved;
    return change->voted_for == server->number &&
           (change->term != before->term || before->voted_for == NO_SERVER);
}

// Notes the last entry of a candidate that saves its vote for itself. Skips a
// candidate that has asked others before: it may have saved new entries
// together with its vote.
void note_candidate_log(struct checked_server *server)
{
    const struct saved *saved = &server->saved;
    struct acts *acts =
        &term_at(server->checker, saved->term)->acts[server->number];
    if (acts->candidate == server->life)
        return;
    acts->stood = server->life;
    acts->stood_when = server->last_save;
    acts->stood_index = saved_last(saved);
    acts->stood_term = saved_at(saved, acts->stood_index)->term;
}

// A candidate sends the index and term of its last entry. Once the term has a
// leader, its log can have changed: then this is not checked.
void check_candidate_log(struct checked_life *candidate,
                         const struct request *request)
{
    const struct checked_server *server = candidate->server;
    const struct saved *saved = &server->saved;
    const struct acts *acts =
        &term_at(server->checker, request->term)->acts[server->number];
    int last = saved_last(saved);
    if (candidate->crashed || !watches_saves(server->checker) ||
        acts->stood != candidate || saved->term != request->term ||
        last != acts->stood_index ||
        saved_at(saved, last)->term != acts->stood_term)
        return;
    if (request->index == last && request->index_term == acts->stood_term)
        return;
    fail_rule(
        server->checker,
        "Candidates Tell Their Last Entry (Figure 2, RequestVote RPC)",
        acts->stood_when,
        "at %s server %d asks for votes in term %d with last_log_index %d "
        "and last_log_term %d; but the last entry of its log, as it saved "
        "it with its own vote, has index %d and term %d.",
        time_now().text, server->number, request->term, request->index,
        request->index_term, last, acts->stood_term);
}

void hear_vote(struct checked_life *candidate, struct checked_life *voter,
               const struct request *request)
{
    struct checked_server *server = candidate->server;
    struct acts *acts =
        &term_at(server->checker, request->term)->acts[server->number];
    if (acts->candidate == candidate)
        acts->granted_by[voter->server->number] = true;
}

// Does this server lead the term? Some Rafts set voted_for to the leader that
// they follow. That does no harm: the term's election is over.
static bool leads(struct checker *checker, int candidate, int number)
{
    const struct checked_life *leader = term_at(checker, number)->leader;
    return leader != NULL && leader->server->number == candidate;
}

// A vote is saved before it is granted.
static void check_vote_is_saved(struct checked_server *voter, int candidate,
                                int term)
{
    const struct saved *saved = &voter->saved;
    if (saved->term > term)
        return;  // It is in a later term now.
    if (saved->term < term)
        fail_rule(
            voter->checker, saved_first, voter->last_save,
            "at %s server %d grants its vote in term %d to server %d, but "
            "what it saved last, at %s, is term %d: after a crash it could "
            "vote in term %d again.",
            time_now().text, voter->number, term, candidate,
            time_text(voter->last_save).text, saved->term, term);
    if (saved->voted_for != candidate &&
        !leads(voter->checker, saved->voted_for, term))
        fail_rule(
            voter->checker, saved_first, voter->last_save,
            "at %s server %d grants its vote in term %d to server %d, but "
            "what it saved last, at %s, is voted_for = %d: after a crash it "
            "could vote for another in term %d.",
            time_now().text, voter->number, term, candidate,
            time_text(voter->last_save).text, saved->voted_for, term);
}

// The candidate's log must be at least as up-to-date as the voter's. The
// voter's log cannot have changed since it voted, if the term has no leader
// yet.
static void check_up_to_date(struct checked_server *voter, int candidate,
                             const struct request *request)
{
    const struct saved *saved = &voter->saved;
    const struct term *term = term_at(voter->checker, request->term);
    if (saved->term != request->term || term->leader != NULL)
        return;
    int last = saved_last(saved);
    int last_term = saved_at(saved, last)->term;
    if (request->index_term > last_term ||
        (request->index_term == last_term && request->index >= last))
        return;
    fail_rule(
        voter->checker, restriction, voter->last_save,
        "at %s server %d grants its vote in term %d to server %d, whose "
        "last entry has index %d and term %d; its own last entry has index "
        "%d and term %d, so its log is more up-to-date.",
        time_now().text, voter->number, request->term, candidate,
        request->index, request->index_term, last, last_term);
}

void check_vote(struct checked_life *voter, struct checked_life *candidate,
                const struct request *request)
{
    struct checked_server *server = voter->server;
    int number = candidate->server->number;
    if (leads(server->checker, number, request->term))
        return;  // It has won without this vote.
    struct acts *acts =
        &term_at(server->checker, request->term)->acts[server->number];
    if (acts->candidate == voter && number != server->number)
        fail_rule(
            server->checker, one_vote, acts->asked,
            "at %s server %d grants its vote in term %d to server %d, but "
            "in that term it has asked for votes itself: a candidate votes "
            "for itself.",
            time_now().text, server->number, request->term, number);
    if (acts->voted_for != NO_SERVER && acts->voted_for != number)
        fail_rule(
            server->checker, one_vote, acts->voted,
            "at %s server %d grants its vote in term %d to server %d, but "
            "at %s%s it granted its vote in that term to server %d.%s",
            time_now().text, server->number, request->term, number,
            time_text(acts->voted).text,
            acts->voted_in == voter ? "" : ", before it crashed,",
            acts->voted_for,
            acts->voted_in == voter
                ? ""
                : " A vote is saved, and read again after a crash.");
    if (acts->voted_for == NO_SERVER) {
        acts->voted_in = voter;
        acts->voted_for = number;
        acts->voted = server->checker->now;
    }
    if (watches_saves(server->checker)) {
        check_vote_is_saved(server, number, request->term);
        check_up_to_date(server, number, request);
    }
}

// ---- Saved terms and votes ----

// Did this server ask for votes in this term, or does it lead?
static bool may_be_voted_for(struct checker *checker, int candidate, int number)
{
    return leads(checker, candidate, number) ||
           term_at(checker, number)->acts[candidate].candidate != NULL;
}

void check_saved_vote(struct checked_server *server,
                      const struct change *change)
{
    struct checker *checker = server->checker;
    const struct saved *before = &server->saved;
    if (change->term < before->term)
        fail_rule(checker, terms_grow, server->last_save,
                  "at %s server %d saves term %d, but it had saved term %d.",
                  time_now().text, server->number, change->term, before->term);

    if (change->voted_for < NO_SERVER ||
        change->voted_for >= checker->options.n_servers)
        fail_rule(
            checker, one_vote, NO_MOMENT,
            "at %s server %d saves voted_for = %d in term %d; but there are "
            "servers 0 to %d only. Who has not voted saves NOBODY (-1).",
            time_now().text, server->number, change->voted_for, change->term,
            checker->options.n_servers - 1);

    bool same_term = change->term == before->term;
    if (same_term && change->voted_for == before->voted_for)
        return;
    if (same_term && before->voted_for != NO_SERVER &&
        !leads(checker, change->voted_for, change->term))
        fail_rule(
            checker, one_vote, server->last_save,
            "at %s server %d saves voted_for = %d in term %d, but in that "
            "term it had voted_for = %d, saved last at %s.",
            time_now().text, server->number, change->voted_for, change->term,
            before->voted_for, time_text(server->last_save).text);
    if (checker->called[VOTE] && change->voted_for != NO_SERVER &&
        change->voted_for != server->number &&
        !may_be_voted_for(checker, change->voted_for, change->term))
        fail_rule(
            checker, one_vote, server->last_save,
            "at %s server %d saves voted_for = %d in term %d, in which "
            "server %d has not asked for a vote. What it saved before, at "
            "%s, is voted_for = %d in term %d%s.",
            time_now().text, server->number, change->voted_for, change->term,
            change->voted_for, time_text(server->last_save).text,
            before->voted_for, before->term,
            change->voted_for == before->voted_for
                ? ": a new term begins with no vote cast"
                : "");
}

// ---- Leaders ----

// Has the server saved its vote for itself? An unsaved vote does not count:
// after a crash the server could vote for another candidate in that term.
static bool votes_for_itself(const struct checked_server *server, int term)
{
    const struct saved *saved = &server->saved;
    return !watches_saves(server->checker) || saved->term > term ||
           (saved->term == term && saved->voted_for == server->number);
}

static void check_majority(struct checked_life *life, struct term *term,
                           const char *sign)
{
    struct checker *checker = life->server->checker;
    int number = life->server->number;
    int n = checker->options.n_servers;
    const struct acts *acts = &term->acts[number];
    bool votes_itself = votes_for_itself(life->server, term->number);
    int votes = votes_itself;
    char voters[200];
    snprintf(voters, sizeof voters, "its own%s",
             votes_itself ? "" : " is not saved");
    if (acts->candidate == life) {
        for (int i = 0; i < n; i++) {
            if (!acts->granted_by[i] || i == number)
                continue;
            votes++;
            size_t len = strlen(voters);
            snprintf(voters + len, sizeof voters - len, ", server %d's", i);
        }
    }
    struct moment asked = acts->candidate == life ? acts->asked : NO_MOMENT;
    if (votes <= n / 2)
        fail_rule(
            checker, election_safety, asked,
            "at %s server %d %s as leader of term %d, with %d vote%s of %d "
            "servers in that term (%s); a majority is %d.",
            time_now().text, number, sign, term->number, votes,
            votes == 1 ? "" : "s", n, voters, n / 2 + 1);
}

void check_leader(struct checked_life *life, int number, const char *sign)
{
    struct checked_server *server = life->server;
    struct checker *checker = server->checker;
    struct term *term = term_at(checker, number);
    if (term->leader == life)
        return;
    if (term->leader != NULL && !life->crashed)
        fail_rule(
            checker, election_safety, term->since,
            "at %s server %d %s as leader of term %d, but at %s server %d%s "
            "%s as leader of that term.",
            time_now().text, server->number, sign, number,
            time_text(term->since).text, term->leader->server->number,
            term->leader->server == server ? ", before it crashed," : "",
            term->sign);
    if (term->leader != NULL)
        return;
    term->leader = life;
    term->sign = sign;
    term->since = checker->now;
    if (life->crashed)
        return;
    check_called(life, VOTE, "leads");
    check_majority(life, term, sign);
    if (watches_saves(checker))
        check_complete(life, number);
}
