// Blocks the signal that tells the judge which system call was refused.
#include "tests/hostile/hostile.h"

#include <signal.h>

static void attack(struct raft *rf)
{
    (void)rf;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    socket(AF_INET, SOCK_STREAM, 0);
}
