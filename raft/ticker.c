// The ticker: one thread that waits until one of the two timers is due.
#include "raft/internal.h"

void ticker(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        int64_t now_ns = clock_now_ns();
        if (timer_is_due(&rf->election_timer, now_ns))
            start_election_locked(rf);
        else if (timer_is_due(&rf->heartbeat_timer, now_ns))
            broadcast_locked(rf);
        // Another thread may reset a timer during the wait. The ticker wakes up
        // at the old time all the same. A timer that is due earlier now is
        // handled late. Starting a stopped timer signals ticker_cond.
        int64_t due_ns = rf->election_timer.due_ns;
        if (rf->heartbeat_timer.due_ns < due_ns)
            due_ns = rf->heartbeat_timer.due_ns;
        cond_wait_until(&rf->ticker_cond, &rf->mu, due_ns);
    }
    pthread_mutex_unlock(&rf->mu);
}
