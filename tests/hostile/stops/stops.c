// Stops its whole process.
#include "tests/hostile/hostile.h"

#include <signal.h>

static void attack(struct raft *rf)
{
    (void)rf;
    kill(getpid(), SIGSTOP);
    pause();  // Another thread may get the signal, and this one answer still.
}
