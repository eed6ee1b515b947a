// What the files of your Raft share: struct raft, and the functions that call
// from one file into another. All of this is yours to change; what must stay
// is raft/raft.h, which the tester uses.
//
// One lock, rf->mu, guards the whole peer. Functions whose names end in
// _locked want it held by their caller, and check that with must_hold().
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
    // Set in raft_make and never changed: to be read without the lock.
    struct labrpc_end **peers;  // peers[i] leads to peer i; not for i == me.
    int n_peers;                // How many there are, this one included.
    const struct labrpc_method *rpcs;  // To call as &rf->rpcs[REQUEST_VOTE].
    struct persister *persister;       // What survives a crash.
    int me;                            // This peer's index in peers.
    struct channel *apply_ch;  // Carries struct apply_msg to the service.
    struct go_group *threads;  // All the threads that this peer starts.

    pthread_mutex_t mu;

    // Guarded by mu.
    bool dead;                   // raft_kill was called.
    struct rng rng;              // For random time-outs: rng_between().
    pthread_cond_t ticker_cond;  // Wakes the ticker before its time.

    // Your data here (2A): from Figure 2, what an election needs, namely the
    // current term, whom this peer voted for in it, and its role; as a
    // candidate, the votes so far; and the moments at which the next election
    // and the next heartbeat are due (rt/timer.h).

    // Your data here (2B): the log, and Figure 2's volatile state, both of all
    // servers and of leaders; a condition variable for the thread that applies
    // what is committed, perhaps others for threads that send.

    // Your data here (2D): what you need to know of the log's discarded part,
    // and of a snapshot that waits to be delivered.
};

// ---- election.c (2A) ----

// The thread that watches the time; arg is the struct raft.
void ticker(void *arg);

// Asks a peer for its vote and waits for the answer. True: *response is set.
// False: request or answer got lost, or the peer is not there.
//   locks  blocks, for up to 7 s: call it without rf->mu, and from a thread
//          that has nothing else to do
bool send_request_vote(struct raft *rf, int peer,
                       const RequestVoteRequest *request,
                       RequestVoteResponse *response);

// ---- persist.c (2C) ----

// Saves what Figure 2 calls persistent state. To be called whenever some of it
// has changed, before the lock is let go.
void persist_locked(struct raft *rf);

// Takes over what was saved before the crash, if anything was.
void restore_locked(struct raft *rf);

// ---- rpc.c: given, nothing to write ----

// The RPCs' places in raft_methods().
enum rpc { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_RPCS };

// What answers them, each call on a thread of its own, without the lock.
//
//   request   decoded from the caller's; freed after the handler returns
//   response  comes zeroed; what it is made to point to, with malloc, is freed
void request_vote(struct raft *rf, const RequestVoteRequest *request,
                  RequestVoteResponse *response);  // election.c
void append_entries(struct raft *rf, const AppendEntriesRequest *request,
                    AppendEntriesResponse *response);  // replication.c
void install_snapshot(struct raft *rf, const InstallSnapshotRequest *request,
                      InstallSnapshotResponse *response);  // snapshot.c

#endif
