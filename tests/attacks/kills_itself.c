// Tries: ends each of its simulated runs by a signal, as a machine without
// memory would, so that a person has to look.
// aims at: verdict
// never: inconclusive too often
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    hidden_call(SYS_kill, hidden_call(SYS_getpid), (long)SIGKILL);
}
