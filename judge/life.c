// Begins and ends a life: its process, and the threads that receive from it.
#include "judge/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <stdlib.h>
#include <sys/socket.h>

struct raft *raft_begin(int server, const struct raft *fields)
{
    struct raft *rf = alloc(sizeof *rf);
    *rf = *fields;
    rf->peer = zygote_begin(server);
    rf->readers = go_group_make();
    pthread_mutex_init(&rf->receiving, NULL);
    pthread_rwlock_init(&rf->lent, NULL);
    go(rf->readers, "peer's reader", requests_read, rf);
    go(rf->readers, "peer's output", output_read, rf);
    return rf;
}

void raft_end(struct raft *rf)
{
    zygote_kill(rf->peer);
    wire_shut(rf->peer->wire);
    shutdown(rf->peer->output, SHUT_RDWR);
    go_group_free(rf->readers);
    zygote_forget(rf->peer);
    pthread_mutex_destroy(&rf->receiving);
    pthread_rwlock_destroy(&rf->lent);
    free(rf);
}

bool raft_ask(struct raft *rf, struct frame *question, struct frame *answer)
{
    if (wire_ask(rf->peer->wire, question, answer))
        return true;
    while (!zygote_has_killed(rf->peer))
        sleep_ms(10);
    return false;
}
