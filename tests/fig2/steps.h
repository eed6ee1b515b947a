// Steps that several tests take, made of the verbs in script.h.
#ifndef TESTS_FIG2_STEPS_H
#define TESTS_FIG2_STEPS_H

#include "tests/fig2/rules.h"
#include "tests/fig2/script.h"

// The term in which a played leader speaks, unless a test says otherwise.
#define TERM 6

// ---- Set up ----

// Has the server, as a follower, hold entries 1..count of term 2, of which it
// has applied `commit`.
void script_give_entries(struct script *s, int count, int commit);

// Starts a command, which a leader must take; returns its index.
int script_propose(struct script *s, int number);

// Has the server stand for election and hear in time that another has won:
// `hear` tells it as the leader of that term, and returns the reply's term.
// Returns its RequestVote to this peer, which is not answered yet.
struct call *script_stand_in_vain(struct script *s, int peer,
                                  int (*hear)(struct script *s, int term));

// Waits until the snapshot up to this index, of this term, is what is saved.
struct saved script_await_snapshot(struct script *s, int index, int term,
                                   const char *rule);

// Refuses as a peer whose log was empty when the request came. It could not
// refuse one from the beginning of the log, and takes that.
void script_refuse_as_empty(struct script *s, struct call *call);

// ---- Check ----

// The server's last entry is this one. Asks for its vote with a last entry that
// is older, the same or newer, by its term and by its index: all nine
// combinations, each in a new term, from first_term on.
void script_check_votes(struct script *s, int first_term, int index, int term);

// The server leads in this term: nothing newer has been said to it.
void script_check_leads(struct script *s, int term);

// The server learns of this newer term, and does not lead any more. `what`
// came of that term.
void script_check_deposed(struct script *s, int newer_term, const char *what);

// How often the election timer is spoken to.
#define CONTACT_MS 80

// Makes contact again and again, for longer than any time-out: the server must
// not stand. Each time the term is newer by `term_step`.
void script_check_put_off(struct script *s,
                          void (*contact)(struct script *s, int term),
                          int term_step, const char *rule);

// Makes contact again and again, the k-th time with k from 0 on: the server
// must stand in spite of it, in this term or later.
void script_check_stands(struct script *s, int min_term,
                         void (*contact)(struct script *s, int k),
                         const char *rule);

#endif
