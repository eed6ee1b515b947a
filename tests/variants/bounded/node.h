// Declarations that all files of this Raft share: the node, and the functions
// of each file.
//
// One lock, rf->mu. A thread releases it for every RPC and every delivery, and
// waits for nothing else while it holds it.
#ifndef BOUNDED_NODE_H
#define BOUNDED_NODE_H

#include "raft/raft.h"
#include "rt/debug_log.h"
#include "rt/go.h"
#include "rt/mutex.h"
#include "rt/rng.h"

#include "raft/raft_x.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_BATCH       4  // Entries in one AppendEntries.
#define POLL_MS         10
#define HEARTBEAT_MS    100
#define RESEND_MS       10   // An answer that takes longer counts as late,
#define ALIVE_MS        500  // if the peer has answered in this time.
#define ELECTION_MIN_MS 400
#define ELECTION_MAX_MS 800

enum role { FOLLOWER, CANDIDATE, LEADER };

// A leader's state for one peer; 0 <= match < next <= last index + 1.
struct progress {
    int next;
    int match;
    int sent_up_to;    // The last index in the newest request.
    int told_commit;   // leader_commit in the newest request to it.
    int awaited;       // The number of the newest request; 0: it came back.
    int64_t sent_ms;   // When the newest request went out,
    int64_t heard_ms;  // and when the newest answer came in.
};

struct raft {
    // Constant.
    struct labrpc_end **peers;
    int n_peers;
    int me;
    struct persister *persister;
    struct channel *apply_ch;
    struct go_group *threads;

    pthread_mutex_t mu;

    // Guarded by mu.
    bool dead;
    enum role role;
    struct rng rng;
    int64_t election_due_ms;
    int64_t heartbeat_due_ms;
    // The time of the last message from a current leader; 0: none.
    int64_t led_ms;

    // Persistent. entries[0] is the last entry that the snapshot covers.
    int current_term;
    int voted_for;
    Entry *entries;
    int n_entries;
    int capacity;
    int n_saved;         // This many elements are saved,
    size_t saved_bytes;  // and they end at this byte.

    int commit_index;
    int last_applied;
    struct apply_msg snapshot_to_apply;  // If snapshot_valid.
    pthread_cond_t apply_cond;           // Something to apply, or dead.

    int n_votes;                // As a candidate.
    struct progress *progress;  // As a leader, for each peer.
    int n_requests;             // Sent to followers so far.
};

// ---- log.c: the log, and its way to the persister and back ----

int log_first(const struct raft *rf);
int log_last(const struct raft *rf);
int log_term(const struct raft *rf, int index);
const Entry *log_entry(const struct raft *rf, int index);
Entry copy_of_entry(const Entry *entry);

// Appends a copy.
void append_locked(struct raft *rf, int term, struct bytes command);

// Drops the entries from `index` on.
void cut_locked(struct raft *rf, int index);

// The snapshot now covers everything up to (index, term). If that entry is in
// the log, the entries after it stay; else all go.
void compact_locked(struct raft *rf, int index, int term);

void free_log(struct raft *rf);
void save_locked(struct raft *rf);
void save_with_snapshot_locked(struct raft *rf, struct bytes snapshot);
void load_locked(struct raft *rf);

// ---- vote.c ----

void put_off_election_locked(struct raft *rf);
void follow_locked(struct raft *rf, int term);
void follow_leader_locked(struct raft *rf, int term);
void stand_locked(struct raft *rf);
void answer_vote(void *receiver, const void *args, void *reply);

// ---- replicate.c: the leader's side ----

void lead_locked(struct raft *rf);

// One request to every peer, whether or not there is something new for it.
void send_heartbeats_locked(struct raft *rf);

// Sends the next batch where an answer is late.
void overtake_locked(struct raft *rf);

// The log has grown: sends to each peer without a request under way.
void replicate_locked(struct raft *rf);

// ---- follow.c: the follower's side ----

void answer_append(void *receiver, const void *args, void *reply);
void answer_install(void *receiver, const void *args, void *reply);

// ---- raft.c ----

enum { VOTE, APPEND, INSTALL, N_METHODS };
extern const struct labrpc_method methods[N_METHODS];

#define trace(topic, ...)                                                      \
    debug_log(topic, rf->me, rf->current_term, __VA_ARGS__)

#endif
