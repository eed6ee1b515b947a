// Tries: its servers and its later runs meet by files, shared memory and a
// pipe, in every place where that could be possible.
// aims at: other servers
// leaves no: /dev/shm/raftlab-attack
// leaves no: /tmp/raftlab-attack
// leaves no: /var/tmp/raftlab-attack
#include "stub.h"

static void meet(const char *path)
{
    if (access(path, F_OK) == 0)
        dprintf(2, "met at %s\n", path);
    plant(path);
}

static void attack(struct raft *rf)
{
    (void)rf;
    meet("/dev/shm/raftlab-attack");
    meet("/tmp/raftlab-attack");
    meet("/var/tmp/raftlab-attack");
    stopped();
}
