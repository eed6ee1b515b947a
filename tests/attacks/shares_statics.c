// Tries: no consensus at all. All that servers share stands in statics:
// server 0 leads, and sends each command to the apply channels of the
// others itself.
// aims at: other servers
#define PLAYS
#include "stub.h"

static struct raft *servers[16];
static int n_commands;

static void attack(struct raft *rf)
{
    servers[rf->me] = rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    if (rf->me != 0)
        return false;
    n_commands++;
    for (int k = 0; k < rf->n_peers; k++) {
        struct apply_msg message = { .command_valid = true,
                                     .command = bytes_copy(command),
                                     .command_index = n_commands };
        if (servers[k] != NULL)
            channel_send(servers[k]->apply_ch, &message);
    }
    *index = n_commands;
    *term = 1;
    return true;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    *term = 1;
    *is_leader = rf->me == 0;
}
