// Declarations that all files of this Raft share.
//
// A server is an actor: one thread, the core, does one job after the other.
// Only the core uses Raft's state, so there is no lock for it. Other threads
// give the core jobs (inbox.c): an RPC that arrived, a reply, a call of the
// service. The core waits only for the next job or the next timeout.
//
// Functions that begin with core_ run only on the core's thread.
#ifndef PRE_VOTE_CORE_H
#define PRE_VOTE_CORE_H

#include "raft/raft.h"
#include "rt/debug_log.h"
#include "rt/go.h"
#include "rt/rng.h"

#include "raft/raft_x.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define HEARTBEAT_MS    100
#define ELECTION_MIN_MS 250
#define ELECTION_MAX_MS 400
// A leader steps down if no majority has answered for so long.
#define QUORUM_MS 1000

// A follower whose timer expires first asks the others whether they would vote
// for it.
enum role { FOLLOWER, ASKING, CANDIDATE, LEADER };

// Jobs for the core, in the order in which they came.
struct inbox {
    pthread_mutex_t mu;
    pthread_cond_t arrived;
    pthread_cond_t done;

    // Guarded by mu.
    struct job *first;
    struct job *last;
};

// Messages to be applied, in order, from the core to the applier.
struct outbox {
    pthread_mutex_t mu;
    pthread_cond_t changed;

    // Guarded by mu.
    struct parcel *first;
    struct parcel *last;
    bool closed;
};

// The core's state for a peer.
struct peer {
    bool says_yes;   // To this server's pre-vote or vote request.
    int next_index;  // 0 <= match_index < next_index <= last index + 1
    int match_index;
    int told_commit;
    int awaited;       // The newest request's number; 0: answered.
    int64_t heard_ns;  // The last answer in this term.
};

struct raft {
    // Constant.
    struct labrpc_end **ends;
    int n_peers;
    int me;
    struct persister *persister;
    struct channel *apply_ch;
    struct go_group *threads;

    struct inbox inbox;
    struct outbox outbox;

    // Only the core uses these.
    bool dead;
    bool stopped;
    int n_calls;  // Under way.
    enum role role;
    struct rng rng;
    int64_t election_ns;   // When it is due; NEVER while leader.
    int64_t heartbeat_ns;  // NEVER while not.
    int64_t leader_heard_ns;
    int asking;  // How often it has begun a pre-vote.

    int current_term;
    int voted_for;
    int n_elections;
    Entry *entries;  // entries[0] is the last that the snapshot covers.
    int n_entries;
    int capacity;
    int n_saved;         // Elements that are saved as they are here,
    size_t saved_bytes;  // and where they end.

    int commit_index;  // Everything up to it is, or was, in the outbox.
    struct peer *peers;
    int n_requests;
};

#define NEVER INT64_MAX

// An RPC on its way to a peer. Only what its method needs is set.
struct call {
    struct raft *rf;
    int peer;
    int method;
    int term;
    int number;  // Of a request to a follower; in a pre-vote, `asking`.
    bool answered;
    union {
        RequestVoteRequest vote;
        AppendEntriesRequest append;
        InstallSnapshotRequest install;
    } request;
    union {
        RequestVoteResponse vote;
        AppendEntriesResponse append;
        InstallSnapshotResponse install;
    } reply;
};

// ---- inbox.c: from any thread to the core ----

typedef void work(struct raft *rf, void *arg);

// Gives the core a job; returns at once.
void post(struct raft *rf, work *do_it, void *arg);

// Gives the core a job, and waits until it is done.
void ask(struct raft *rf, work *do_it, void *arg);

void inbox_init(struct inbox *inbox);
void inbox_free(struct inbox *inbox);

// The core's thread; arg is the struct raft. Ends when it is stopped and every
// call has returned.
void core(void *arg);

// ---- outbox.c: from the core to the service ----

void outbox_init(struct outbox *outbox);
void outbox_free(struct outbox *outbox);
void outbox_put(struct outbox *outbox, struct apply_msg message);
void outbox_close(struct outbox *outbox);

// The applier's thread; arg is the struct raft.
void applier(void *arg);

// ---- log.c ----

int first_of(const struct raft *rf);
int last_of(const struct raft *rf);
Entry *at(const struct raft *rf, int index);
bool has(const struct raft *rf, int index, int term);
struct bytes command_at(const struct raft *rf, int index);
void core_append(struct raft *rf, int term, struct bytes command);
void core_cut(struct raft *rf, int from);
void core_compact(struct raft *rf, int index, int term);
void core_save(struct raft *rf);
void core_save_with_snapshot(struct raft *rf, struct bytes snapshot);
void core_load(struct raft *rf);

// ---- election.c ----

void core_put_off_election(struct raft *rf);
void core_follow(struct raft *rf, int term);
void core_hear_leader(struct raft *rf, int term);
void core_begin_asking(struct raft *rf);
void core_take_vote(struct raft *rf, struct call *call);
void handle_vote(void *receiver, const void *args, void *reply);
void handle_pre_vote(void *receiver, const void *args, void *reply);

// ---- leader.c ----

void core_lead(struct raft *rf);
void core_beat(struct raft *rf);
void core_replicate(struct raft *rf);
void core_commit(struct raft *rf, int index);
void core_take_append(struct raft *rf, struct call *call);
void core_take_install(struct raft *rf, struct call *call);

// ---- follower.c ----

void handle_append(void *receiver, const void *args, void *reply);
void handle_install(void *receiver, const void *args, void *reply);

// ---- raft.c ----

enum { REQUEST_VOTE, PRE_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_METHODS };
extern const struct labrpc_method methods[N_METHODS];

// A request, and the reply that the core sets.
struct exchange {
    const void *request;
    void *reply;
};

struct call *core_new_call(struct raft *rf, int peer, int method);
void core_send(struct call *call);

#define tell(topic, ...) debug_log(topic, rf->me, rf->current_term, __VA_ARGS__)

#endif
