// What the files of the checker share. One lock, checker->lock, guards it
// all; the functions here are called with it held.
#ifndef CHECKER_INTERNAL_H
#define CHECKER_INTERNAL_H

#include "checker/checker.h"
#include "checker/floods.h"
#include "decode/messages.h"
#include "decode/saved.h"
#include "labrpc/labrpc.h"
#include "rt/unseen.h"

#include <stdbool.h>
#include <stdint.h>

enum { NOBODY = -1 };

struct checked_server {
    struct checker *checker;
    int number;
    struct saved saved;
    struct checked_life *life;  // The last that was started.
};

struct checked_life {
    struct checked_server *server;
    bool crashed;            // What it says may reach nobody.
    int starts_after;        // The last index that its saved snapshot covered.
    struct stream *streams;  // One a server.

    // The leader_commits that it has sent without entries: the highest, which
    // of the 64 up to there (bit 0 is that one), and how many in all.
    int told_last;
    uint64_t told;
    int n_told;

    int n_refused;  // Its AppendEntries that were, in their own term.
};

// What a server did in a term.
struct part {
    // As a candidate: the life that asks for votes, and who has granted it
    // one and been heard.
    struct checked_life *candidate;
    bool *granted_by;

    // The last entry of its log when it saved its vote for itself, and the
    // life that did; NULL if none has, or only after it had asked others.
    const struct checked_life *stood;
    int stood_index;
    int stood_term;

    // As a voter.
    int voted_for;
    int64_t voted_ns;
    const struct checked_life *voted_in;

    // The last index up to which it has saved the log of the term's leader,
    // ending with an entry of that term, and was in that term when it did, or
    // when it took the entries that it has answered for.
    int saved_up_to;

    // The last index up to which it has told the leader that it has the log,
    // and when.
    int acknowledged;
    int64_t acknowledged_ns;
};

struct term {
    int number;
    struct checked_life *leader;  // NULL as long as nobody acts as one.
    const char *sign;             // What showed that it does,
    int64_t since_ns;             // and when.
    struct part *parts;           // One a server.
};

// An entry that will be in every later leader's log.
struct committed {
    int term;
    uint64_t hash;
    int in_term;  // The term whose leader could commit it,
    int64_t ns;   // and when that was.
};

struct checker {
    // Constant after checker_make.
    struct checker_options options;
    enum saved_form form;  // In which this raft.x saves.

    struct unseen_lock lock;

    struct checked_server *servers;
    struct checked_life **lives;  // All there ever were, by their numbers.
    int lives_capacity;
    struct change change;  // The one that is being looked at.

    // What has been called: RPCs of each kind, and the first of no given one.
    bool called[SNAPSHOT + 1];
    char other_rpc[64];

    bool has_saves;    // Some server has saved something,
    char *unreadable;  // or something that is no PersistentState: who, why.

    struct term *terms;  // Those in which something happened, in order.
    int n_terms;
    int terms_capacity;

    struct committed *committed;  // From index 1 to commit_index.
    int commit_index;
    int committed_capacity;
};

static inline bool watches_saves(const struct checker *checker)
{
    return checker->has_saves && checker->unreadable == NULL;
}

// ---- broken.c ----

// The rule that is broken where a server's own bytes differ: memory is at
// fault.
extern const char never_change[];

// Ends the test: `rule`, which is a name and where it stands in the paper, is
// broken, and how.
_Noreturn void broken(struct checker *checker, const char *rule,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Ends the test with this message.
_Noreturn void fail_test(struct checker *checker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The time in the debug log's form: "000334.020".
struct time_text {
    char text[24];
};
struct time_text time_text(int64_t ns);
struct time_text time_now(void);

// ---- terms.c ----

// The record of a term; made, if this is the first that is heard of it. Later
// calls may move it.
struct term *term_at(struct checker *checker, int number);
void terms_free(struct checker *checker);

// ---- calls.c: what the checker hears at all ----

// Ends the test if an RPC has a given one's name, and other messages.
void check_messages(struct checked_life *life,
                    const struct labrpc_method *method, enum message_kind kind);

// A server calls an RPC.
void hear_call(struct checked_life *life, const struct labrpc_method *method,
               enum message_kind kind);

// A server does what comes of RPCs of this kind: ends the test if others were
// called in their place.
void check_called(struct checked_life *life, enum message_kind kind,
                  const char *sign);

// ---- elections.c: who may vote for whom, and who may lead ----

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

// ---- floods.c: what is sent again and again ----

void check_flood(struct checked_life *life, int to,
                 const struct request *request);

// ---- logs.c: what a server's log may become, and what it promises ----

void check_saved_log(struct checked_server *server, const struct change *change,
                     struct bytes snapshot);
void check_sent_entries(struct checked_life *leader,
                        const struct request *request);
void check_success(struct checked_life *follower, const struct request *request,
                   int answered_term);

// ---- commits.c: what is committed, and may be said to be ----

// A server has saved something, or answers for what it has: that may commit
// entries.
void count_saved(struct checked_server *server);
void count_answered(struct checked_server *server,
                    const struct request *request);

// Looks for a committed entry from `index` on that the server saved, and now,
// in this term, loses.
void check_committed_stay(struct checked_server *server, int index, int term);
void check_snapshot_committed(struct checked_server *server,
                              const struct change *change);
void check_announced(struct checked_life *life, const struct request *request);
void check_complete(struct checked_life *leader, int term);
void check_applied_up_to(struct checked_life *life, int index);
void check_applied(struct checked_life *life, int index, uint64_t hash);

#endif
