// Steps that several tests take, built from the functions of script.h.
#ifndef TESTS_FIG2_STEPS_H
#define TESTS_FIG2_STEPS_H

#include "tests/fig2/rules.h"
#include "tests/fig2/script.h"

// The term of a played leader, unless a test says otherwise.
#define TERM 6

// ---- Set up ----

// Makes the server hold entries 1..count of term 2, as a follower. It has
// applied the first `commit`.
void script_give_entries(struct script *s, int count, int commit);

// Calls raft_start, which a leader must accept. Returns the index.
int script_propose(struct script *s, int number);

// Waits until the server starts an election and learns in time that another
// server has won: `hear` tells it so, as the leader of that term, and returns
// the reply's term. Returns the server's RequestVote to this peer, unanswered.
struct call *script_lose_election(struct script *s, int peer,
                                  int (*hear)(struct script *s, int term));

// Waits until the snapshot up to this index, of this term, is saved.
struct saved script_await_snapshot(struct script *s, int index, int term,
                                   const char *rule);

// Refuses as a peer with an empty log. A request that begins at index 0 cannot
// be refused; it is answered with success.
void script_refuse_as_empty(struct script *s, struct call *call);

// ---- Check ----

// The server's last entry is this one. Requests its vote for a last entry that
// is older, the same or newer, by term and by index: nine combinations, each in
// a new term, from first_term on.
void script_check_votes(struct script *s, int first_term, int index, int term);

// Checks that the server still leads in this term, because nothing newer has
// reached it.
void script_check_leads(struct script *s, int term);

// Checks that the server learns of this newer term and no longer leads. `what`
// is the message that carried the term.
void script_check_deposed(struct script *s, int newer_term, const char *what);

// The time between two messages that may reset the election timer.
#define CONTACT_MS 80

// Calls contact again and again, for longer than any timeout. The server must
// not start an election. Each time the term is newer by `term_step`.
void script_check_no_election(struct script *s,
                              void (*contact)(struct script *s, int term),
                              int term_step, const char *rule);

// Calls contact again and again, with k = 0, 1, .... The server must start an
// election in spite of it, in this term or later.
void script_check_starts_election(struct script *s, int min_term,
                                  void (*contact)(struct script *s, int k),
                                  const char *rule);

#endif
