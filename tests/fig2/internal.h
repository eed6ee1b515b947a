// Declarations that all files of the script share: struct script and its parts.
//
// One lock, script->mu, guards everything that the network's handlers and the
// receiver of applied entries share with the test. No thread holds it during a
// call into the Raft.
#ifndef TESTS_FIG2_INTERNAL_H
#define TESTS_FIG2_INTERNAL_H

#include "tests/fig2/answer.h"
#include "tests/fig2/script.h"

#include "checker/floods.h"
#include "labrpc/labrpc.h"
#include "tester/life.h"
#include "tester/watchdog.h"

#include <pthread.h>
#include <stdatomic.h>

// The limits of a test: seconds, and requests that the server sends. Correct
// Rafts need at most 11 s and 250 requests. A wrong Raft reaches these limits
// before the watchdog ends the test, so its message names a line of the paper.
#define SCRIPT_LIMIT_S 60
#define MAX_SENT       5000

#define MAX_LIVES 4
#define MAX_PEERS 8

// A method that one played peer offers: the receiver of its handler.
struct played_method {
    struct script *script;
    int peer;
    struct labrpc_method method;
};

// A peer that follows Figure 2 (followers.c). Only the test's thread uses it.
struct played_peer {
    int term;
    int last;
    int base;  // A snapshot covers the log up to here: any term matches.
    int acknowledged_to;  // script_acknowledge has acknowledged up to here; 0
                          // before.
    int term_at[MAX_INDEX + 1];
    int number_at[MAX_INDEX + 1];
};

struct script {
    // Constant after script_begin. From lives to stand_ins: only the main
    // thread changes these, apart from was_contacted and last_save.
    int n;
    struct labrpc_network *net;
    struct labrpc_end *end;  // From the test to the server.
    struct watchdog *watchdog;
    struct events *events;  // The saves of the server.
    struct played_method *methods;
    int64_t start_ns;
    struct life *lives[MAX_LIVES];  // Crashed ones too: they stay disconnected.
    int n_lives;
    int64_t life_start_ns;      // When the last life started,
    int first_term;             // and in which term.
    atomic_bool was_contacted;  // The script has called the server, or waited.
    _Atomic(script_save_observer *)
        observer;            // Called with each save; may be NULL.
    struct saved last_save;  // The last save. Guarded by the persister's lock.
    struct played_peer played[MAX_PEERS];
    int elected_term;  // The term that script_elect returned last; 0 before.
    struct stand_in *stand_ins;        // Not freed yet.
    struct answer answers[MAX_PEERS];  // Each peer's last from a stand-in.

    pthread_mutex_t mu;
    pthread_cond_t changed;

    // Guarded by mu.
    struct call *calls;  // Not answered yet, the oldest first.
    int n_sent;          // All requests that the server has sent,
    struct traffic traffic[MAX_PEERS];  // and those to each peer.
    int n_answered;        // Requests that the server has answered,
    int64_t answering_ns;  // and how long that took.
    bool ending;
    struct life *life;      // The life that runs; NULL between two.
    int newest_vote;        // The newest term of a RequestVote from the server.
    int newest_asked_term;  // The newest term of a request to the server.
    // The terms of entries, as stated in newest_asked_term; or 0.
    int claimed[MAX_INDEX + 1];
    bool holding;  // The service receives nothing.
    int applied;
    int number_at[MAX_INDEX + 1];
    int n_snapshots;
    int snapshot_when;
    // Of the entries that the server has saved; 0: none.
    int seen_term[MAX_INDEX + 1];
    int seen_number[MAX_INDEX + 1];
    // Of the snapshots that the script has sent.
    int installed_term[MAX_INDEX + 1];
};

// ---- service.c ----

// The thread of a life's service. The argument is the life.
void *script_receive(void *life);

// The data of the snapshot up to an index: the index itself.
int script_snapshot_data(int index);

// ---- saves.c ----

// A reader of the server's saves.
struct event_reader script_save_reader(struct script *s);

// ---- script.c ----

// Tells what the script asks (EVENT_ASKED) in the name of this server, or has
// been answered (EVENT_ANSWERED) by it; the debug log shows it, too. Returns
// the event's number.
//   cause  what it answers; or 0
uint64_t script_tell(struct script *s, enum event_kind kind, uint64_t cause,
                     int server, int term, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

struct life *script_last_life(const struct script *s);

// Fails the test if it has lasted too long.
void script_check_time(struct script *s);

// Called before the script calls the server or waits for it. If the server has
// started an election before, the message of a later failure says so.
void script_note_contact(struct script *s, bool is_call);

// Returns this method of raft_methods. Fails the test if there is none.
const struct labrpc_method *script_find_method(const char *name);

// ---- stand_in.c ----

// If a student has added fields to a reply, these functions fill the reply with
// what the student's own Raft would answer. The caller sets the given fields
// after that.
void script_vote_own_fields(struct script *s, const struct call *call, int term,
                            bool granted);
void script_append_own_fields(struct script *s, const struct call *call,
                              AppendEntriesResponse response);
void script_install_own_fields(struct script *s, const struct call *call,
                               int term);

// Waits for the threads of all stand-ins, and forgets their answers.
void script_end_stand_ins(struct script *s);

// ---- checks.c: fail the test at what no correct Raft sends or saves ----

// Compares a save with the saves before it. The caller holds s->mu.
void script_check_unchanged(struct script *s, const struct saved *saved);

// Checks a request of the server.
void script_check_request(const struct call *call);

// Checks the server's reply to this RPC.
void script_check_reply(const char *name, int asked_term, int reply_term);

// Checks an applied command against what the server has saved.
void script_check_applied(const struct saved *saved, int index, int number);

// Returns the command of an entry: a number, or -1 if it is none.
int script_number_of(const Entry *entry);

// ---- followers.c ----

// Answers the requests that wait at peers which script_acknowledge has led up
// to index.
void script_answer_acknowledged_peers(struct script *s, int index);

// ---- calls.c ----

// Gives every played peer the methods that the Raft offers.
void script_play_peers(struct script *s);

// Drops all calls that wait: they fail.
void script_drop_calls_locked(struct script *s);

// Decodes what this persister holds, or these bytes.
struct saved script_decode(struct persister *persister);
struct saved script_decode_bytes(struct bytes raft_state,
                                 struct bytes snapshot);

// Returns the oldest call that matches and that nobody has taken yet, and takes
// it. Waits for it; NULL if none comes.
struct call *script_find(struct script *s, int within_ms,
                         bool (*suits)(const struct call *call, int peer,
                                       int min_term),
                         int peer, int min_term);

bool script_is_vote(const struct call *call, int peer, int min_term);
bool script_is_to_follower(const struct call *call, int peer, int min_term);

#endif
