// Tries: stops the program that runs it, and then itself, for ever.
// aims at: the runner
// wall: limits
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    hidden_call(SYS_kill, (long)getppid(), (long)SIGSTOP);
    hidden_call(SYS_kill, (long)getpid(), (long)SIGSTOP);
}
