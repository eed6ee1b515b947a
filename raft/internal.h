// Shared by the files of the reference Raft: struct raft, and the functions
// that one file calls in another.
//
// One lock, rf->mu, guards the whole peer. Under it only the persister's lock
// and the thread group's (rt/go.h) are taken, which take no other. It is never
// held across an RPC, a send on apply_ch, or a sleep.
#ifndef RAFT_INTERNAL_H
#define RAFT_INTERNAL_H

#include "raft/log.h"
#include "raft/raft.h"
#include "rt/debug_log.h"
#include "rt/go.h"
#include "rt/mutex.h"
#include "rt/rng.h"
#include "rt/timer.h"

#include "raft/raft_x.h"

#include <pthread.h>
#include <stdbool.h>

// A leader sends heartbeats this often. The lab allows ten a second; fewer
// leave room for the RPCs that carry entries.
#define HEARTBEAT_MS 150

// The range of the random election timeouts (§5.2). It is long enough to miss
// one heartbeat, and so wide that two peers' timeouts seldom differ by less
// than an RPC takes.
#define ELECTION_MIN_MS 300
#define ELECTION_MAX_MS 600

enum node_state { FOLLOWER, CANDIDATE, LEADER };

struct raft {
    // Constant after raft_make.
    struct labrpc_end **peers;
    int n_peers;
    const struct labrpc_method *rpcs;  // To call as &rf->rpcs[REQUEST_VOTE].
    struct persister *persister;
    int me;
    struct channel *apply_ch;
    struct go_group *threads;
    struct replicator *replicators;

    pthread_mutex_t mu;

    // Guarded by mu.
    bool dead;
    enum node_state state;
    struct rng rng;

    // Saved before mu is unlocked (Figure 2: persistent state on all servers).
    int current_term;
    int voted_for;  // In current_term; NOBODY if it has not voted.
    struct log logs;

    // first index of logs <= last_applied <= commit_index <= last index. While
    // pending_snapshot waits, last_applied may be lower.
    int commit_index;
    int last_applied;                   // The applier sends it, or has sent it.
    struct apply_msg pending_snapshot;  // If snapshot_valid: is applied first.
    pthread_cond_t apply_cond;          // There is something to apply, or dead.

    int votes;  // As a candidate: received in current_term.

    // As a leader: a value for each peer (Figure 2: volatile state on leaders);
    // 0 <= match_index[p] < next_index[p] <= last index + 1.
    int *next_index;
    int *match_index;
    int *told_commit;                 // leader_commit of the newest RPC to it.
    int *awaited;                     // RPC that the replicator awaits, or 0.
    int n_sent;                       // Number of the last RPC to a follower.
    pthread_cond_t *replicator_cond;  // The peer is behind, or dead.

    struct timer election_timer;   // Stopped while leader.
    struct timer heartbeat_timer;  // Stopped while not.
    pthread_cond_t ticker_cond;    // A stopped timer runs again, or dead.
};

// A thread that sends to one peer (replication.c).
struct replicator {
    struct raft *rf;
    int peer;
    char name[24];
};

// Identifies an RPC to a follower. An older RPC to it has a lower number.
struct rpc_id {
    int peer;
    int term;
    int number;
};

// ---- state.c: the roles, and what every role does ----

// Becomes a follower in `term`, which is not older than ours (§5.1). Saves the
// term if it is newer.
void become_follower_locked(struct raft *rf, int term);

// Restarts the election timer with a new random timeout (§5.2).
void reset_election_timer_locked(struct raft *rf);

// Saves current_term, voted_for, and the changes of the log.
void persist_locked(struct raft *rf);

// Saves them together with a snapshot, which covers all up to the log's first
// index.
void persist_with_snapshot_locked(struct raft *rf, struct bytes snapshot);

// Restores the state from the persister. Exits with 2 if it does not decode.
void restore_locked(struct raft *rf);

// ---- election.c ----

void start_election_locked(struct raft *rf);

void request_vote(struct raft *rf, const RequestVoteRequest *request,
                  RequestVoteResponse *response);

// ---- progress.c ----

// Initialises a new leader's next_index to its last index + 1, and match_index
// to 0 (Figure 2).
void reset_progress_locked(struct raft *rf);

// Raises commit_index as far as a majority allows (§5.3, §5.4.2).
void advance_commit_index_locked(struct raft *rf);

// Handles the return of an RPC to a follower. A reply with a newer term makes
// us a follower. Returns true if there is a reply and it counts: a reply does
// not count if we are not leader any more, or the RPC is of an older term.
bool take_reply_locked(struct raft *rf, struct rpc_id id, bool answered,
                       int reply_term);

// Notes that the follower has our log up to `index`.
void raise_match_index_locked(struct raft *rf, int peer, int index);

// Wakes the replicators. Called when the log or commit_index has grown.
void wake_replicators_locked(struct raft *rf);

// ---- replication.c ----

// Sends every peer an AppendEntries or InstallSnapshot now.
void broadcast_locked(struct raft *rf);

// The replicator thread; arg is its struct replicator.
void replicator(void *arg);

void append_entries(struct raft *rf, const AppendEntriesRequest *request,
                    AppendEntriesResponse *response);

// ---- snapshot.c ----

// Sends the snapshot to a peer whose next entry is no longer in the log.
void send_snapshot_locked(struct raft *rf, struct rpc_id id);

void install_snapshot(struct raft *rf, const InstallSnapshotRequest *request,
                      InstallSnapshotResponse *response);

// ---- rpc.c ----

// The indices of the RPCs in raft_methods().
enum rpc { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_RPCS };

// ---- applier.c, ticker.c: two more threads; arg is rf ----

void applier(void *arg);
void ticker(void *arg);

#define debug_raft(topic, ...)                                                 \
    debug_log(topic, rf->me, rf->current_term, __VA_ARGS__)

#endif
