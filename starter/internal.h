// Declarations that all files of your Raft share: struct raft, and the
// functions that one file calls in another. You may change all of this. Only
// raft/raft.h must stay: the tester uses it.
//
// One lock, rf->mu, guards the whole peer. Functions whose names end in _locked
// need the lock, and check it with must_hold().
#ifndef RAFT_INTERNAL_H
#define RAFT_INTERNAL_H

#include "raft/raft.h"
#include "rt/clock.h"
#include "rt/debug_log.h"
#include "rt/go.h"
#include "rt/mutex.h"
#include "rt/rng.h"
#include "rt/timer.h"

#include "raft/raft_x.h"

#include <pthread.h>
#include <stdbool.h>

// One peer.
struct raft {
    // Set in raft_make and never changed: read them without the lock.
    struct labrpc_end **peers;  // peers[i] leads to peer i; unused for i == me.
    int n_peers;                // The number of peers, including this one.
    const struct labrpc_method *rpcs;  // Call with &rf->rpcs[REQUEST_VOTE].
    struct persister *persister;       // Survives a crash.
    int me;                            // This peer's index in peers.
    struct channel *apply_ch;  // Carries struct apply_msg to the service.
    struct go_group *threads;  // All the threads that this peer starts.

    pthread_mutex_t mu;

    // Guarded by mu.
    bool dead;                   // raft_kill was called.
    struct rng rng;              // For random time-outs: rng_between().
    pthread_cond_t ticker_cond;  // Wakes the ticker early.

    // Your data here (2A): Figure 2's state for elections, which is the current
    // term, the vote in it, and the role; a candidate's votes; and the times at
    // which the next election and the next heartbeat are due (rt/timer.h).

    // Your data here (2B): the log, and Figure 2's volatile state, of all
    // servers and of leaders; a condition variable for the applier thread,
    // perhaps others for threads that send.

    // Your data here (2D): the log's discarded part, and a snapshot that waits
    // for delivery.
};

// ---- election.c (2A) ----

// The thread that starts elections and sends heartbeats; arg is the struct
// raft.
void ticker(void *arg);

// Asks a peer for its vote and waits for the reply. True: *response is set.
// False: the request or the reply was lost, or the peer is not there.
//   locks  blocks, for up to 7 s: call it without rf->mu, on a thread that has
//          nothing else to do
bool send_request_vote(struct raft *rf, int peer,
                       const RequestVoteRequest *request,
                       RequestVoteResponse *response);

// ---- persist.c (2C) ----

// Saves Figure 2's persistent state. Call it whenever some of that has changed,
// before you release the lock.
void persist_locked(struct raft *rf);

// Restores the state that was saved before the crash, if there is one.
void restore_locked(struct raft *rf);

// ---- rpc.c: complete, nothing to write ----

// The RPCs' indices in raft_methods().
enum rpc { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_RPCS };

// The handlers. Each call runs on its own thread, without the lock.
//
//   request   decoded from the caller's; freed after the handler returns
//   response  zeroed; what you let it point to (from malloc) is freed
void request_vote(struct raft *rf, const RequestVoteRequest *request,
                  RequestVoteResponse *response);  // election.c
void append_entries(struct raft *rf, const AppendEntriesRequest *request,
                    AppendEntriesResponse *response);  // replication.c
void install_snapshot(struct raft *rf, const InstallSnapshotRequest *request,
                      InstallSnapshotResponse *response);  // snapshot.c

#endif
