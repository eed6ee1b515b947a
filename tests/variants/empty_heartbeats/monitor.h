// The monitor: one lock, and one condition variable on which every waiting
// thread waits. A thread that changes something broadcasts, and each waiter
// checks its own condition.
//
// All functions declared here run inside the monitor, with the lock held,
// except those marked "outside". No thread calls the network, sends on the
// apply channel or joins a thread inside the monitor.
#ifndef EMPTY_HEARTBEATS_MONITOR_H
#define EMPTY_HEARTBEATS_MONITOR_H

#include "raft/raft.h"
#include "rt/clock.h"
#include "rt/debug_log.h"
#include "rt/mutex.h"
#include "rt/rng.h"

#include "raft/raft_x.h"

#include <pthread.h>
#include <stdbool.h>

#define HEARTBEAT_MS    100
#define ELECTION_MIN_MS 350
#define ELECTION_MAX_MS 700
#define ASK_AGAIN_MS    100  // When a candidate has no answer.
// Entries without an answer for so long are sent again.
#define LATE_MS 100

#define NEVER INT64_MAX

enum role { FOLLOWER, CANDIDATE, LEADER };
enum method { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_METHODS };

// The state of one peer.
struct peer {
    struct raft *rf;
    int id;
    pthread_t sender;

    // As a candidate:
    bool voter_answered;
    bool voter_granted;

    // As the leader; 0 <= match_index < next_index <= last index + 1.
    int next_index;
    int match_index;
    bool has_work;       // The sender is to send entries or a snapshot.
    int under_way;       // The number of the last such message; 0: answered.
    int64_t sent_at_ns;  // When that was sent.
};

// A message on its way, on a thread of its own. The three kinds of requests and
// replies share the memory.
struct call {
    struct raft *rf;
    struct peer *peer;
    enum method method;
    int term;    // The term in which it was sent.
    int number;  // For messages with entries or a snapshot; 0: a heartbeat.
    pthread_t thread;
    struct call *next;
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

struct raft {
    // Constant.
    struct labrpc_end **ends;
    int n_peers;
    int me;
    struct persister *persister;
    struct channel *apply_ch;
    pthread_t timekeeper;
    pthread_t applier;

    pthread_mutex_t mu;
    pthread_cond_t changed;

    bool dead;
    enum role role;
    struct rng rng;
    int64_t election_at_ns;   // NEVER while leader.
    int64_t heartbeat_at_ns;  // NEVER while not.
    int64_t ask_again_at_ns;  // NEVER while not candidate.

    PersistentState saved;  // As the persister has it, except for a moment,
    char *image;            // and the same encoded (store.c).
    size_t image_size;
    size_t image_room;

    int commit_index;
    int last_applied;
    struct apply_msg new_snapshot;  // If snapshot_valid: to be applied.

    struct peer *peers;
    int n_sent;             // Messages with entries or snapshots.
    int n_running;          // Calls on their way,
    struct call *returned;  // and those whose threads are to be joined.
};

#define INSIDE(rf) must_hold(&(rf)->mu)
#define say(rf, topic, ...)                                                    \
    debug_log(topic, (rf)->me, (rf)->saved.current_term, __VA_ARGS__)

int64_t ms_from_now(int ms);

// ---- store.c: the log, from `base`, which the snapshot covers, to `last` ----

int log_base(const struct raft *rf);
int log_last(const struct raft *rf);
int log_term(const struct raft *rf, int index);
bool log_has(const struct raft *rf, int index, int term);
struct bytes log_command(const struct raft *rf, int index);
void log_add(struct raft *rf, int term, struct bytes command);
void log_cut_from(struct raft *rf, int index);
void log_rebase(struct raft *rf, int index, int term);

// Copies all entries from an index on, for a message.
Entry *log_tail(const struct raft *rf, int from, u_int *count);

void save(struct raft *rf);
void save_both(struct raft *rf, struct bytes snapshot);
void load(struct raft *rf);

// ---- calls.c ----

// Sends the request in *call, and handles the reply.
struct call *new_call(struct peer *peer, enum method method);
void send_off(struct call *call);

// Outside. Joins the threads of the calls that have returned.
void join_returned(struct raft *rf);

// ---- election.c ----

void postpone_election(struct raft *rf);
void become_follower(struct raft *rf, int term);
void begin_election(struct raft *rf);
void ask_for_votes(struct raft *rf);
void vote_replied(struct call *call);
void handle_vote(void *receiver, const void *args, void *reply);  // Outside.

// ---- leader.c ----

void become_leader(struct raft *rf);
void send_heartbeats(struct raft *rf);
void log_has_grown(struct raft *rf);
void append_replied(struct call *call, bool answered);
void install_replied(struct call *call, bool answered);
void *sender(void *arg);  // Outside: a thread.

// ---- follower.c: outside ----

void handle_append(void *receiver, const void *args, void *reply);
void handle_install(void *receiver, const void *args, void *reply);

// ---- raft.c ----

extern const struct labrpc_method methods[N_METHODS];

#endif
