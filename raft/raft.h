// The interface of a Raft to the service above it, which is the tester here.
// The lab tests any Raft that implements it. Any thread may call any of these
// functions. None may wait for the network.
#ifndef RAFT_RAFT_H
#define RAFT_RAFT_H

#include "labrpc/labrpc.h"
#include "persister/persister.h"
#include "rt/bytes.h"
#include "rt/channel.h"

#include <stdbool.h>

struct raft;  // One peer. Only the Raft itself uses its fields.

// A message on the apply channel: a committed command, or a snapshot that a
// leader has sent. The bytes belong to the receiver.
struct apply_msg {
    bool command_valid;
    struct bytes command;
    int command_index;

    bool snapshot_valid;
    struct bytes snapshot;
    int snapshot_term;   // Of the last entry that the snapshot covers.
    int snapshot_index;  // Of the same entry.
};

// Makes a peer and starts its threads. It continues from the state in the
// persister. Returns soon: it waits neither for an election nor for an apply.
//
//   peers      one end for each peer; peers[me] is not used. The ends and the
//              array belong to the caller and outlive the Raft.
//   me         this peer's index in peers
//   persister  belongs to the caller and outlives the Raft
//   apply_ch   carries struct apply_msg; the caller receives from it until
//              raft_free has returned
//   returns    the new Raft; raft_free frees it
//   errors     if the saved state does not decode: one line on stderr that says
//              so, and exit(2)
struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch);

// The RPCs that this peer answers: their messages, and their handlers, whose
// receiver is the struct raft.
//   returns  an array of *n_methods elements, which is never freed
const struct labrpc_method *raft_methods(int *n_methods);

// Starts agreement on a command. Returns at once, before the command is
// committed. It may never be: this leader can crash or lose an election first
// (§5.3).
//
//   command   copied, the caller keeps its own; at most MAX_COMMAND_BYTES long
//   returns   true if this peer believes it is leader; *index and *term are
//             then those of the command's entry. Else false, both untouched.
bool raft_start(struct raft *rf, struct bytes command, int *index, int *term);

// Returns this peer's current term, and whether it believes it is leader.
void raft_get_state(struct raft *rf, int *term, bool *is_leader);

// Hands the Raft a snapshot that the service has made. It covers all up to and
// including `index`, which the service has applied. The Raft saves it and drops
// its log up to there. The service may call this on the thread that receives
// from the apply channel, so this function must not wait for that channel.
//   snapshot  copied; the caller keeps its own
void raft_snapshot(struct raft *rf, int index, struct bytes snapshot);

// Tells the peer to stop soon. It must start nothing new. Returns at once,
// without waiting for its threads. RPC handlers and raft_snapshot may still be
// called once more or be under way; they must return.
void raft_kill(struct raft *rf);

// Waits until the killed peer's threads have ended, then frees it. Called after
// the network was cleaned up: no RPC waits any more, and no handler is called
// again. No other call of these functions is under way. The caller still
// receives from the apply channel.
void raft_free(struct raft *rf);

#endif
