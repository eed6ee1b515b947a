// Reads the memory of another server.
#include "tests/hostile/hostile.h"

#include <sys/ptrace.h>

static void attack(struct raft *rf)
{
    (void)rf;
    ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}
