// Talks to the network of the machine.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    socket(AF_INET, SOCK_STREAM, 0);
}
