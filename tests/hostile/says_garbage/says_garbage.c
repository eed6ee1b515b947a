// Sends bytes that are no frame.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    ssize_t sent = send(CONTROL_FD, "passed", 6, MSG_NOSIGNAL);
    (void)sent;
}
