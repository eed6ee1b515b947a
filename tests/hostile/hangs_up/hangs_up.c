// Closes its connection, and lives on.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    shutdown(CONTROL_FD, SHUT_RDWR);
    close(CONTROL_FD);
}
