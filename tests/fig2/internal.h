// What the files of the script share: struct script and its parts.
//
// One lock, script->mu, guards what the network's handlers and the receiver of
// applied entries share with the test. It is never held across a call into
// the Raft.
#ifndef TESTS_FIG2_INTERNAL_H
#define TESTS_FIG2_INTERNAL_H

#include "tests/fig2/script.h"

#include "checker/floods.h"
#include "labrpc/labrpc.h"
#include "tester/life.h"
#include "tester/watchdog.h"

#include <pthread.h>
#include <stdatomic.h>

// Right Rafts come to 11 s and 250 requests. A test of one that is wrong ends
// by these, before the watchdog ends it without a word about Figure 2.
#define SCRIPT_LIMIT_S 60
#define MAX_SENT       5000

#define MAX_LIVES 4
#define MAX_PEERS 8

// A method as one played peer offers it: the receiver of its handler.
struct part {
    struct script *script;
    int peer;
    struct labrpc_method method;
};

// A peer that plays by the rules (follow.c). Of the test's thread.
struct played {
    int term;
    int last;
    int base;    // What a snapshot covers matches whatever is asked.
    int led_to;  // Up to where script_follow has led it; 0 if it has not.
    int term_at[MAX_INDEX + 1];
    int number_at[MAX_INDEX + 1];
};

struct script {
    // Constant after script_begin, but for the main thread's own: lives and
    // what follows them.
    int n;
    struct labrpc_network *net;
    struct labrpc_end *end;  // From the test to the server.
    struct watchdog *watchdog;
    struct events *events;  // Of what the server saves.
    struct part *parts;
    int64_t start_ns;
    struct life *lives[MAX_LIVES];  // A crashed one lives on, cut off.
    int n_lives;
    int64_t life_start_ns;        // Of the last life: when it started,
    int first_term;               // in which term,
    atomic_bool is_met;           // and has the script spoken to it, or waited?
    _Atomic(script_look *) look;  // At what is saved; or NULL.
    struct saved looked_at;       // Last. Guarded by the persister's lock.
    struct played played[MAX_PEERS];
    int elected_term;  // Of its last election that script_elect saw; or 0.
    struct stand_in *stand_ins;  // Not freed yet.

    pthread_mutex_t mu;
    pthread_cond_t changed;

    // Guarded by mu.
    struct call *calls;                // Not done yet, the oldest first.
    int n_sent;                        // All that the server has sent,
    struct stream streams[MAX_PEERS];  // and to whom, since when.
    int n_answered;                    // What it was asked, and has answered,
    int64_t answering_ns;              // and how long that took.
    bool ending;
    struct life *life;  // The one that lives.
    int newest_vote;    // The newest term of a RequestVote.
    int spoken_term;    // The newest term in which the test has asked it.
    int claimed[MAX_INDEX + 1];  // The terms of entries, said in that; or 0.
    bool holding;                // Nothing that is applied is received.
    int applied;
    int number_at[MAX_INDEX + 1];
    int n_snapshots;
    int snapshot_when;
    int seen_term[MAX_INDEX + 1];  // Of the entries that it has saved; or 0.
    int seen_number[MAX_INDEX + 1];
    int installed_term[MAX_INDEX + 1];  // Of the snapshots that were sent it.
};

// ---- service.c ----

// The service of a life, which belongs to a script.
void *script_receive(void *life);

// The data of the snapshot up to an index. They are the index itself.
int script_snapshot_data(int index);

// ---- watch.c ----

// Listens to what the server saves.
struct event_reader script_watcher(struct script *s);

// ---- script.c ----

struct life *script_last_life(const struct script *s);

// Fails the test if it lasts too long.
void script_check_time(struct script *s);

// Before the script speaks to the server, or waits for it: has the server
// stood for election before? Then a failure of the test says so.
void script_meet(struct script *s, bool is_to_speak);

// One of raft_methods, which must have it.
const struct labrpc_method *script_find_method(const char *name);

// ---- stand_in.c ----

// Fill a call's reply with what the student's own Raft would answer, if the
// student has added fields to it; the given ones are to be set after that.
void script_vote_own_fields(struct script *s, const struct call *call, int term,
                            bool granted);
void script_append_own_fields(struct script *s, const struct call *call,
                              AppendEntriesResponse response);
void script_install_own_fields(struct script *s, const struct call *call,
                               int term);

// Waits for the threads of all that have answered.
void script_end_stand_ins(struct script *s);

// ---- checks.c: fail the test if the server says what nobody may say ----

// What it has saved, beside what it had saved before. Under s->mu.
void script_check_unchanged(struct script *s, const struct saved *saved);

// A request of its own.
void script_check_request(const struct call *call);

// Its answer to this RPC.
void script_check_reply(const char *name, int asked_term, int reply_term);

// A command that it applies at an index, beside what it has saved.
void script_check_applied(const struct saved *saved, int index, int number);

// The command of an entry: a number, or -1 for other bytes.
int script_number_of(const Entry *entry);

// ---- follow.c ----

// Peers that script_follow has led up to index answer what waits at them.
void script_followers_go_on(struct script *s, int index);

// ---- calls.c ----

// Has every played peer offer the methods that the Raft offers.
void script_play_peers(struct script *s);

// The calls that wait are lost.
void script_drop_calls_locked(struct script *s);

// What this persister holds, decoded; what these bytes hold.
struct saved script_decode(struct persister *persister);
struct saved script_decode_bytes(struct bytes raft_state,
                                 struct bytes snapshot);

// The oldest call that suits, not taken yet; waits for it. NULL if none comes.
// The caller takes it.
struct call *script_find(struct script *s, int within_ms,
                         bool (*suits)(const struct call *call, int peer,
                                       int min_term),
                         int peer, int min_term);

bool script_is_vote(const struct call *call, int peer, int min_term);
bool script_is_to_follower(const struct call *call, int peer, int min_term);

#endif
