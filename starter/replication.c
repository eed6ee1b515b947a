// Replication (§5.3), commitment (§5.4.2), and applying.
//
// Every append_entries that arrives runs on its own thread.
#include "internal.h"

// Your code here (2A): the leader's heartbeats, AppendEntries without entries.

// Your code here (2B): the leader's AppendEntries with entries, the handling of
// replies, and the commit rule.

// Your code here (2B): a thread that delivers committed entries on
// rf->apply_ch. It waits on a condition variable of yours. It never holds
// rf->mu during channel_send().

// Answers an AppendEntries RPC (Figure 2, "Receiver implementation").
void append_entries(struct raft *rf, const AppendEntriesRequest *request,
                    AppendEntriesResponse *response)
{
    pthread_mutex_lock(&rf->mu);
    // Your code here (2A, 2B; the conflict fields: 2C).
    (void)request;
    (void)response;
    pthread_mutex_unlock(&rf->mu);
}
