// Snapshots (§7). The service makes one, and you discard the log that it
// covers. A leader sends one to a follower that needs entries which the leader
// has discarded.
//
// raft_snapshot runs on the thread that receives from the apply channel. Every
// install_snapshot that arrives runs on its own thread.
#include "internal.h"

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    pthread_mutex_lock(&rf->mu);
    // Your code here (2D).
    (void)index;
    (void)snapshot;
    pthread_mutex_unlock(&rf->mu);
}

// Your code here (2D): the leader's InstallSnapshot, and the handling of the
// reply.

// Answers an InstallSnapshot RPC (Figure 13). Here one message carries the
// whole snapshot: there is no offset and no "done".
void install_snapshot(struct raft *rf, const InstallSnapshotRequest *request,
                      InstallSnapshotResponse *response)
{
    pthread_mutex_lock(&rf->mu);
    // Your code here (2D).
    (void)request;
    (void)response;
    pthread_mutex_unlock(&rf->mu);
}
