// What the files of the reference Raft share: struct raft, and the functions
// that call from one file into another.
//
// One lock, rf->mu, guards the whole peer. It may be held while taking the
// persister's lock or the thread group's (rt/go.h), which take no other; it is
// never held across an RPC, a send on apply_ch, or a sleep.
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

// A leader sends at least this often. The lab allows ten heartbeats a second;
// fewer leave room for the RPCs that carry entries.
#define HEARTBEAT_MS 150

// A follower that hears nothing stands for election after a time drawn from
// this range (§5.2): long enough to miss one heartbeat, and wide enough that
// two peers seldom draw times closer than an RPC takes.
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

    // Saved before mu is let go (Figure 2: persistent state on all servers).
    int current_term;
    int voted_for;  // In current_term; NOBODY if it is still free.
    struct log logs;

    // first index of logs <= last_applied <= commit_index <= last index, but
    // for last_applied while pending_snapshot waits.
    int commit_index;
    int last_applied;  // The last one handed to the applier's sends.
    struct apply_msg pending_snapshot;  // If snapshot_valid: to apply first.
    pthread_cond_t apply_cond;          // Something to apply, or dead.

    int votes;  // As a candidate: received in current_term.

    // As a leader, a value a peer (Figure 2: volatile state on leaders);
    // 0 <= match_index[p] < next_index[p] <= last index + 1.
    int *next_index;
    int *match_index;
    int *told_commit;                 // leader_commit of the newest RPC to it.
    int *awaited;                     // The newest RPC to it; 0: it is back.
    int n_sent;                       // RPCs to followers, to number them.
    pthread_cond_t *replicator_cond;  // Peer is behind, or dead.

    struct timer election_timer;   // Stopped while leader.
    struct timer heartbeat_timer;  // Stopped while not.
    pthread_cond_t ticker_cond;    // A timer is due earlier, or dead.
};

// One thread a peer (replication.c).
struct replicator {
    struct raft *rf;
    int peer;
    char name[24];
};

// An RPC to a follower, so that its return can be told from an older one's.
struct sent {
    int peer;
    int term;
    int number;
};

// ---- state.c: the roles, and what every role does ----

// Adopts a role or a term that another peer knows of (§5.1): becomes a follower
// of `term`, which is not older than ours. Saves the term if it is new.
void become_follower_locked(struct raft *rf, int term);

// Draws a new time-out and starts to wait for it (§5.2).
void reset_election_timer_locked(struct raft *rf);

// Saves current_term, voted_for and what changed in the log.
void persist_locked(struct raft *rf);

// Saves them together with a snapshot of all up to the log's first index.
void persist_with_snapshot_locked(struct raft *rf, struct bytes snapshot);

// Takes over what the persister holds; exits with 2 if it does not decode.
void restore_locked(struct raft *rf);

// ---- election.c ----

void start_election_locked(struct raft *rf);

void request_vote(struct raft *rf, const RequestVoteRequest *request,
                  RequestVoteResponse *response);

// ---- progress.c ----

// A new leader knows nothing of its followers yet (Figure 2: next_index is its
// last index + 1, match_index 0).
void reset_progress_locked(struct raft *rf);

// Raises commit_index as far as a majority allows (§5.3, §5.4.2).
void advance_commit_index_locked(struct raft *rf);

// An RPC to a follower has returned, answered or not. True if the answer
// counts: what was true in an older term, or before we lost the lead, may not
// be any more. A newer term in it makes us a follower.
bool take_reply_locked(struct raft *rf, struct sent sent, bool answered,
                       int reply_term);

// The follower holds our log up to `index` for certain.
void raise_match_index_locked(struct raft *rf, int peer, int index);

// Wakes the replicators: the log or commit_index has grown.
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
void send_snapshot_locked(struct raft *rf, struct sent sent);

void install_snapshot(struct raft *rf, const InstallSnapshotRequest *request,
                      InstallSnapshotResponse *response);

// ---- rpc.c ----

// The RPCs' places in raft_methods().
enum rpc { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_RPCS };

// ---- applier.c, ticker.c: the other two kinds of threads; arg is rf ----

void applier(void *arg);
void ticker(void *arg);

#define log_raft(topic, ...)                                                   \
    debug_log(topic, rf->me, rf->current_term, __VA_ARGS__)

#endif
