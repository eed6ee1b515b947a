// The rules of elections: terms only grow, a server votes once a term, for a
// log that is as up-to-date as its own, and who leads has a majority of votes.
#include "checker/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"

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
    struct part *part = &term_at(checker, request->term)->parts[server->number];
    // A crashed life may ask late, or go on asking where nobody hears it;
    // by then its successor may stand in the same term.
    if (part->candidate == life || (life->crashed && part->candidate != NULL))
        return;
    size_t n = (size_t)checker->options.n_servers;
    if (part->granted_by == NULL)
        part->granted_by = alloc(n * sizeof *part->granted_by);
    memset(part->granted_by, 0, n * sizeof *part->granted_by);
    part->candidate = life;
}

// Is this the save by which the server votes for itself?
bool stands_by(const struct checked_server *server, const struct change *change)
{
    const struct saved *before = &server->saved;
    return change->voted_for == server->number &&
           (change->term != before->term || before->voted_for == NOBODY);
}

// Who has asked others before it saved its vote may have saved more with it.
void note_candidate_log(struct checked_server *server)
{
    const struct saved *saved = &server->saved;
    struct part *part =
        &term_at(server->checker, saved->term)->parts[server->number];
    if (part->candidate == server->life)
        return;
    part->stood = server->life;
    part->stood_index = saved_last(saved);
    part->stood_term = saved_at(saved, part->stood_index)->term;
}

// A candidate asks for votes with the last entry of its log. That can have
// changed since it stood, if there is a leader by now: then nothing is said.
void check_candidate_log(struct checked_life *candidate,
                         const struct request *request)
{
    const struct checked_server *server = candidate->server;
    const struct saved *saved = &server->saved;
    const struct part *part =
        &term_at(server->checker, request->term)->parts[server->number];
    int last = saved_last(saved);
    if (candidate->crashed || !watches_saves(server->checker) ||
        part->stood != candidate || saved->term != request->term ||
        last != part->stood_index ||
        saved_at(saved, last)->term != part->stood_term)
        return;
    if (request->index == last && request->index_term == part->stood_term)
        return;
    broken(server->checker,
           "Candidates Tell Their Last Entry (Figure 2, RequestVote RPC)",
           "at %s server %d asks for votes in term %d with last_log_index %d "
           "and last_log_term %d; but the last entry of its log, as it saved "
           "it with its own vote, has index %d and term %d.",
           time_now().text, server->number, request->term, request->index,
           request->index_term, last, part->stood_term);
}

void hear_vote(struct checked_life *candidate, struct checked_life *voter,
               const struct request *request)
{
    struct checked_server *server = candidate->server;
    struct part *part =
        &term_at(server->checker, request->term)->parts[server->number];
    if (part->candidate == candidate)
        part->granted_by[voter->server->number] = true;
}

// Does this server lead the term? Then the term is decided, and some Rafts note
// the leader whom they follow as the one they voted for.
static bool leads(struct checker *checker, int candidate, int number)
{
    const struct checked_life *leader = term_at(checker, number)->leader;
    return leader != NULL && leader->server->number == candidate;
}

// A vote is saved before it is told.
static void check_vote_is_saved(struct checked_server *voter, int candidate,
                                int term)
{
    const struct saved *saved = &voter->saved;
    if (saved->term > term)
        return;  // It has moved on since.
    if (saved->term < term)
        broken(voter->checker, saved_first,
               "at %s server %d grants its vote in term %d to server %d, but "
               "what it saved last, at %s, is term %d: after a crash it could "
               "vote in term %d again.",
               time_now().text, voter->number, term, candidate,
               time_text(saved->ns).text, saved->term, term);
    if (saved->voted_for != candidate &&
        !leads(voter->checker, saved->voted_for, term))
        broken(voter->checker, saved_first,
               "at %s server %d grants its vote in term %d to server %d, but "
               "what it saved last, at %s, is voted_for = %d: after a crash it "
               "could vote for another in term %d.",
               time_now().text, voter->number, term, candidate,
               time_text(saved->ns).text, saved->voted_for, term);
}

// Is the candidate's log at least as up-to-date as the voter's? The voter's
// cannot have changed since it voted, as long as nobody leads in that term.
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
    broken(voter->checker, restriction,
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
    struct part *part =
        &term_at(server->checker, request->term)->parts[server->number];
    if (part->candidate == voter && number != server->number)
        broken(server->checker, one_vote,
               "at %s server %d grants its vote in term %d to server %d, but "
               "in that term it has asked for votes itself: a candidate votes "
               "for itself.",
               time_now().text, server->number, request->term, number);
    if (part->voted_for != NOBODY && part->voted_for != number)
        broken(server->checker, one_vote,
               "at %s server %d grants its vote in term %d to server %d, but "
               "at %s%s it granted its vote in that term to server %d.%s",
               time_now().text, server->number, request->term, number,
               time_text(part->voted_ns).text,
               part->voted_in == voter ? "" : ", before it crashed,",
               part->voted_for,
               part->voted_in == voter
                   ? ""
                   : " A vote is saved, and read again after a crash.");
    if (part->voted_for == NOBODY) {
        part->voted_in = voter;
        part->voted_for = number;
        part->voted_ns = clock_peek_ns();
    }
    if (watches_saves(server->checker)) {
        check_vote_is_saved(server, number, request->term);
        check_up_to_date(server, number, request);
    }
}

// ---- What is saved of terms and votes ----

// Did this server ask for votes in the term, or does it lead it?
static bool may_be_voted_for(struct checker *checker, int candidate, int number)
{
    return leads(checker, candidate, number) ||
           term_at(checker, number)->parts[candidate].candidate != NULL;
}

void check_saved_vote(struct checked_server *server,
                      const struct change *change)
{
    struct checker *checker = server->checker;
    const struct saved *before = &server->saved;
    if (change->term < before->term)
        broken(checker, terms_grow,
               "at %s server %d saves term %d, but it had saved term %d.",
               time_now().text, server->number, change->term, before->term);

    if (change->voted_for < NOBODY ||
        change->voted_for >= checker->options.n_servers)
        broken(checker, one_vote,
               "at %s server %d saves voted_for = %d in term %d; but there are "
               "servers 0 to %d only. Who has not voted saves NOBODY (-1).",
               time_now().text, server->number, change->voted_for, change->term,
               checker->options.n_servers - 1);

    bool same_term = change->term == before->term;
    if (same_term && change->voted_for == before->voted_for)
        return;
    if (same_term && before->voted_for != NOBODY &&
        !leads(checker, change->voted_for, change->term))
        broken(checker, one_vote,
               "at %s server %d saves voted_for = %d in term %d, but in that "
               "term it had voted_for = %d, saved last at %s.",
               time_now().text, server->number, change->voted_for, change->term,
               before->voted_for, time_text(before->ns).text);
    if (checker->called[VOTE] && change->voted_for != NOBODY &&
        change->voted_for != server->number &&
        !may_be_voted_for(checker, change->voted_for, change->term))
        broken(checker, one_vote,
               "at %s server %d saves voted_for = %d in term %d, in which "
               "server %d has not asked for a vote. What it saved before, at "
               "%s, is voted_for = %d in term %d%s.",
               time_now().text, server->number, change->voted_for, change->term,
               change->voted_for, time_text(before->ns).text, before->voted_for,
               before->term,
               change->voted_for == before->voted_for
                   ? ": a new term begins with no vote cast"
                   : "");
}

// ---- Leaders ----

// A candidate's own vote counts when it has saved it, like anybody else's: or
// after a crash it could vote for another in that term.
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
    const struct part *part = &term->parts[number];
    bool votes_itself = votes_for_itself(life->server, term->number);
    int votes = votes_itself;
    char voters[200];
    snprintf(voters, sizeof voters, "its own%s",
             votes_itself ? "" : " is not saved");
    if (part->candidate == life) {
        for (int i = 0; i < n; i++) {
            if (!part->granted_by[i] || i == number)
                continue;
            votes++;
            size_t len = strlen(voters);
            snprintf(voters + len, sizeof voters - len, ", server %d's", i);
        }
    }
    if (votes <= n / 2)
        broken(checker, election_safety,
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
        broken(checker, election_safety,
               "at %s server %d %s as leader of term %d, but at %s server %d%s "
               "%s as leader of that term.",
               time_now().text, server->number, sign, number,
               time_text(term->since_ns).text, term->leader->server->number,
               term->leader->server == server ? ", before it crashed," : "",
               term->sign);
    if (term->leader != NULL)
        return;
    term->leader = life;
    term->sign = sign;
    term->since_ns = clock_peek_ns();
    if (life->crashed)
        return;
    check_called(life, VOTE, "leads");
    if (checker->called[VOTE])
        check_majority(life, term, sign);
    if (watches_saves(checker))
        check_complete(life, number);
}
