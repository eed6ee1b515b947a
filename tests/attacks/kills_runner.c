// Tries: kills the program that runs it, so that nobody is left to report a
// failure.
// aims at: the runner
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    hidden_call(SYS_kill, hidden_call(SYS_getppid), (long)SIGKILL);
    stopped();
}
