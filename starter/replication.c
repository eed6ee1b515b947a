// Replicating the log (§5.3), committing it (§5.4.2), and applying it.
//
// Every append_entries that arrives runs on a thread of its own.
#include "internal.h"

// Your code here (2A): the leader's heartbeats, AppendEntries without entries.

// Your code here (2B): the leader's AppendEntries with entries, what it does
// with the answers, and when it may count an entry as committed.

// Your code here (2B): a thread that delivers what is committed on
// rf->apply_ch. It waits on a condition variable of yours, and it never holds
// rf->mu while it is in channel_send().

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
