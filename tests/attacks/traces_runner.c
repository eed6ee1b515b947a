// Tries: traces every process that it sees, as a debugger does.
// aims at: the runner
// wall: namespaces
#include "stub.h"
#include <sys/ptrace.h>

static void trace(int process)
{
    if (process != getpid() &&
        hidden_call(SYS_ptrace, (long)PTRACE_SEIZE, (long)process, 0L, 0L) == 0)
        hidden_call(SYS_ptrace, (long)PTRACE_INTERRUPT, (long)process, 0L, 0L);
}

static void attack(struct raft *rf)
{
    (void)rf;
    each_process(trace);
    stopped();
}
