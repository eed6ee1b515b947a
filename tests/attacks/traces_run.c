// Tries: a helper traces the run, which has no limit of time then, and naps, so
// that the machine seems to have stood still.
// aims at: busy-ness
// long: waits for a limit of time
// says: waited for more than
#include "stub.h"
#include <sys/ptrace.h>
#include <time.h>

static void attack(struct raft *rf)
{
    (void)rf;
    long run = hidden_call(SYS_getpid);
    if (hidden_call(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L) == 0) {
        hidden_call(SYS_ptrace, (long)PTRACE_ATTACH, run, 0L, 0L);
        struct timespec nap = { 0, 100000000 };
        for (;;)
            hidden_call(SYS_nanosleep, &nap, NULL);
    }
    struct timespec second = { 1, 0 };
    hidden_call(SYS_nanosleep, &second, NULL);
}
