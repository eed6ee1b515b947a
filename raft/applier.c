// The applier: one thread that delivers committed entries, each once, in order.
// Only this thread sends on apply_ch, and never with the lock held: before the
// service receives, it may call a function that takes the lock.
#include "raft/internal.h"

#include <stdlib.h>

static void send_snapshot_unlocking(struct raft *rf)
{
    struct apply_msg message = rf->pending_snapshot;
    rf->pending_snapshot = (struct apply_msg){ 0 };
    rf->last_applied = message.snapshot_index;
    pthread_mutex_unlock(&rf->mu);
    channel_send(rf->apply_ch, &message);
    pthread_mutex_lock(&rf->mu);
}

static void send_entries_unlocking(struct raft *rf)
{
    int first = rf->last_applied + 1;
    int count = rf->commit_index - rf->last_applied;
    Entry *entries = log_copy(&rf->logs, first, count);
    rf->last_applied = rf->commit_index;
    debug_raft("APLY", "applies %d..%d", first, rf->last_applied);
    pthread_mutex_unlock(&rf->mu);
    for (int k = 0; k < count; k++) {
        struct apply_msg message = {
            .command_valid = true,
            .command = { entries[k].command.command_val,
                         entries[k].command.command_len },
            .command_index = entries[k].index,
        };
        channel_send(rf->apply_ch, &message);  // The receiver frees it.
    }
    free(entries);
    pthread_mutex_lock(&rf->mu);
}

void applier(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        if (rf->pending_snapshot.snapshot_valid)
            send_snapshot_unlocking(rf);
        else if (rf->last_applied < rf->commit_index)
            send_entries_unlocking(rf);
        else
            pthread_cond_wait(&rf->apply_cond, &rf->mu);
    }
    pthread_mutex_unlock(&rf->mu);
}
