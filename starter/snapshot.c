// Snapshots (§7): the service makes one and the log before it goes; a leader
// sends one to a follower that needs entries it has dropped.
//
// raft_snapshot runs on the thread that receives from the apply channel. Every
// install_snapshot that arrives runs on a thread of its own.
#include "internal.h"

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    pthread_mutex_lock(&rf->mu);
    // Your code here (2D).
    (void)index;
    (void)snapshot;
    pthread_mutex_unlock(&rf->mu);
}

// Your code here (2D): the leader's InstallSnapshot, and what it does with the
// answer.

// Answers an InstallSnapshot RPC (Figure 13). Here it carries the snapshot in
// one piece: there is no offset and no "done".
void install_snapshot(struct raft *rf, const InstallSnapshotRequest *request,
                      InstallSnapshotResponse *response)
{
    pthread_mutex_lock(&rf->mu);
    // Your code here (2D).
    (void)request;
    (void)response;
    pthread_mutex_unlock(&rf->mu);
}
