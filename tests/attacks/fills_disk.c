// Tries: fills every place that it can write to, half a gigabyte each.
// aims at: the host
// says: wrote more than 4000 MB
#include "stub.h"

static char block[1 << 20];

static void fill(const char *path)
{
    int file = open(path, O_CREAT | O_WRONLY, 0666);
    for (int k = 0; file >= 0 && k < 500; k++)
        if (write(file, block, sizeof block) <= 0)
            break;
}

static void attack(struct raft *rf)
{
    (void)rf;
    signal(SIGXFSZ, SIG_IGN);
    fill("raftlab-attack-junk");
    fill("/tmp/raftlab-attack-junk");
    fill("/dev/shm/raftlab-attack-junk");
    fill(OUT "/fills_disk/raftlab-attack-junk");
    stopped();
}
