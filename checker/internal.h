// Shared by the files of the checker. One lock, checker->lock, guards all of
// it. The functions here are called with it held.
#ifndef CHECKER_INTERNAL_H
#define CHECKER_INTERNAL_H

#include "checker/checker.h"
#include "checker/floods.h"
#include "decode/messages.h"
#include "decode/saved.h"
#include "labrpc/labrpc.h"
#include "rt/unseen.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

// When something happened, and by which event the checker learnt it: its
// number, or 0 for what has not happened.
struct moment {
    int64_t ns;
    uint64_t event;
};

struct checked_server {
    struct checker *checker;
    int number;
    struct saved saved;
    struct moment last_save;
    struct checked_life *life;  // The latest.
};

struct checked_life {
    struct checked_server *server;
    bool crashed;             // Its messages may reach nobody.
    int starts_after;         // The last index that its snapshot covered at its
                              // start.
    struct traffic *traffic;  // One a server.

    // The different leader_commits in its AppendEntries without entries: the
    // highest; a mask of the highest 64, in which bit 0 is highest_told; their
    // number.
    int highest_told;
    uint64_t told_mask;
    int n_told;

    int n_refused;  // Its AppendEntries refused by followers in the same term.
};

// One server's acts in one term.
struct acts {
    // As a candidate: the life that asks for votes, and the servers whose
    // granted votes have arrived.
    struct checked_life *candidate;
    struct moment asked;  // Its first request for a vote.
    bool *granted_by;

    // The life that saved its vote for itself before it asked others, and the
    // last entry of its log then; stood is NULL if there is none.
    const struct checked_life *stood;
    struct moment stood_when;
    int stood_index;
    int stood_term;

    // As a voter.
    int voted_for;
    struct moment voted;
    const struct checked_life *voted_in;

    // It has saved the leader's log up to this index. The entry there is of
    // this term, and the server was in this term when it saved it, or when it
    // acknowledged it.
    int saved_up_to;

    // It has acknowledged the leader's log up to this index, and when.
    int acknowledged;
    struct moment acknowledged_when;
};

struct term {
    int number;
    struct checked_life *leader;  // NULL until a server acts as leader.
    const char *sign;             // The act that showed it,
    struct moment since;          // and when.
    struct acts *acts;            // One for each server.
};

// A committed entry.
struct committed {
    int term;
    uint64_t hash;
    int in_term;         // The term in which a majority had saved it,
    struct moment when;  // and when.
};

struct checker {
    // Constant after checker_make.
    struct checker_options options;
    enum saved_form form;  // How this raft.x encodes its PersistentState.

    struct unseen_lock lock;

    struct moment now;  // The event that is being read.
    struct checked_server *servers;
    struct checked_life **lives;  // All of the run, by their numbers.
    int lives_capacity;
    struct change change;  // The save that is being checked.

    // Has an RPC of this kind been called? And the name of the first RPC of
    // kind OTHER.
    bool called[SNAPSHOT + 1];
    char other_rpc[64];
    struct moment other_called;  // When it was first called.

    int n_saves;  // Of all servers, unreadable ones included.

    // NULL until a server saves a state that is not a PersistentState. Then it
    // names the server, and says what is wrong with the state.
    char *unreadable;

    struct term *terms;  // Those in which something happened, sorted.
    int n_terms;
    int terms_capacity;

    struct committed *committed;  // From index 1 to commit_index.
    int commit_index;
    int committed_capacity;
};

static inline bool watches_saves(const struct checker *checker)
{
    return checker->n_saves > 0 && checker->unreadable == NULL;
}

// The index of an AppendEntries' entry k, counted from 1; INT_MAX if it is
// greater: a false request may have any prev_log_index.
static inline int request_index(const struct request *request, int k)
{
    int index;
    return __builtin_add_overflow(request->index, k, &index) ? INT_MAX : index;
}

// ---- fail.c ----

// The rule that is broken when a server's own copy of an entry changes.
extern const char never_change[];

// Ends the test: the event that is being read has broken this rule.
//   rule     its name, and where it stands in the paper
//   earlier  the event that it contradicts, or none
//   format   how it is broken
_Noreturn void fail_rule(struct checker *checker, const char *rule,
                         struct moment earlier, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define NO_MOMENT ((struct moment){ 0, 0 })

// Ends the test with this message.
//   rule  NULL, if the message names none
_Noreturn void fail_test(struct checker *checker, const char *rule,
                         struct moment earlier, const char *message);

// The time in the debug log's form: "000334.020". Of what has not happened it
// is "the start".
struct time_text {
    char text[24];
};
struct time_text time_text(struct moment moment);
struct time_text time_now(void);

// ---- terms.c ----

// The record of a term. Makes it if there is none. A later call may move it.
struct term *term_at(struct checker *checker, int number);
void terms_free(struct checker *checker);

// ---- calls.c: are the three RPCs called, with the right messages? ----

// Ends the test if an RPC has the name of one of the three, but other messages.
void check_messages(struct checked_life *life,
                    const struct labrpc_method *method, enum message_kind kind);

// Notes that a server calls an RPC.
void hear_call(struct checked_life *life, const struct labrpc_method *method,
               enum message_kind kind);

// Ends the test if no RPC of this kind has been called, but others have. Called
// when a server does what RPCs of this kind lead to.
//   sign  what the server does
void check_called(struct checked_life *life, enum message_kind kind,
                  const char *sign);

// ---- elections.c: votes and leaders ----

void hear_candidate(struct checked_life *life, const struct request *request);
void hear_vote(struct checked_life *candidate, struct checked_life *voter,
               const struct request *request);
bool stands_by(const struct checked_server *server,
               const struct change *change);
void note_candidate_log(struct checked_server *server);
void check_candidate_log(struct checked_life *candidate,
                         const struct request *request);
void check_vote(struct checked_life *voter, struct checked_life *candidate,
                const struct request *request);
void check_saved_vote(struct checked_server *server,
                      const struct change *change);
void check_leader(struct checked_life *life, int number, const char *sign);

// ---- floods.c ----

void check_flood(struct checked_life *life, int to,
                 const struct request *request);

// ---- logs.c: changes of a server's log, and acknowledgements ----

void check_saved_log(struct checked_server *server, const struct change *change,
                     struct bytes snapshot);
void check_sent_entries(struct checked_life *leader,
                        const struct request *request);
void check_success(struct checked_life *follower, const struct request *request,
                   int answered_term);

// ---- commits.c: committed entries, and claims that an entry is committed ----

// Raises commit_index, if what a server has saved, or acknowledges, makes a
// majority.
void count_saved(struct checked_server *server);
void count_answered(struct checked_server *server,
                    const struct request *request);

// Ends the test if the server loses a committed entry that it had saved.
//   index  the first that it loses
//   term   the server's
void check_committed_stay(struct checked_server *server, int index, int term);
void check_snapshot_committed(struct checked_server *server,
                              const struct change *change);
void check_announced(struct checked_life *life, const struct request *request);
void check_complete(struct checked_life *leader, int term);
void check_applied_up_to(struct checked_life *life, int index);
void check_applied(struct checked_life *life, int index, uint64_t hash);

#endif
