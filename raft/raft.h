// The interface that a Raft offers to the service above it, here the tester.
// Implement it, and the lab can test your Raft. All the functions may be
// called from any thread; none may wait for the network.
#ifndef RAFT_RAFT_H
#define RAFT_RAFT_H

#include "labrpc/labrpc.h"
#include "persister/persister.h"
#include "rt/bytes.h"
#include "rt/channel.h"

#include <stdbool.h>

struct raft;  // One peer. Nobody outside the Raft looks inside.

// What a Raft delivers on its apply channel: a committed command, or a
// snapshot that a leader has sent. The bytes belong to the receiver.
struct apply_msg {
    bool command_valid;
    struct bytes command;
    int command_index;

    bool snapshot_valid;
    struct bytes snapshot;
    int snapshot_term;   // Of the last entry that the snapshot covers,
    int snapshot_index;  // and its index.
};

// Makes a peer and starts its threads. It resumes from what the persister
// holds. Returns soon: it waits neither for an election nor for an apply.
//
//   peers      one end for each peer, peers[me] unused; the ends and the array
//              belong to the caller and outlive the Raft
//   me         this peer's index in peers
//   persister  the caller's; it outlives the Raft
//   apply_ch   carries struct apply_msg; the caller keeps receiving from it
//              until raft_free has returned
//   returns    the new Raft; raft_free frees it
//   errors     a saved state that does not decode: one line on stderr that
//              says so, and exit(2)
struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch);

// The RPCs that this peer answers: the messages and the handlers, whose
// receiver is the struct raft.
//   returns  an array that lives for ever, with *n_methods elements
const struct labrpc_method *raft_methods(int *n_methods);

// Proposes a command. Returns at once, before the command is committed; it may
// never be: this leader can crash or lose an election first (§5.3).
//
//   command   copied; the caller keeps its own; at most MAX_COMMAND_BYTES
//   returns   true if this peer believes it is leader, with *index and *term
//             set to where the command will stand; else false, both untouched
bool raft_start(struct raft *rf, struct bytes command, int *index, int *term);

// Says which term this peer is in, and whether it believes it leads.
void raft_get_state(struct raft *rf, int *term, bool *is_leader);

// The service has made a snapshot of everything up to and including `index`,
// which it has applied; the Raft drops its log up to there. The service may
// call this from the thread that receives from the apply channel, so it must
// not wait for that channel.
//   snapshot  copied; the caller keeps its own
void raft_snapshot(struct raft *rf, int index, struct bytes snapshot);

// The peer has crashed: it shall stop, soon, and start nothing new. Returns at
// once, without waiting for its threads. RPC handlers may still be called, and
// raft_snapshot, by a service that was about to; that must return, too.
void raft_kill(struct raft *rf);

// Waits until the killed peer's threads have ended, then frees it. Called when
// the network has been cleaned up (so no RPC waits any more, and no handler
// will be called again) and no other call of these is under way, while the
// apply channel is still received from.
void raft_free(struct raft *rf);

#endif
