// Tries: finds the shared memory of the verdicts in /proc/self/maps, and
// writes 1 (passed) over each page of it. It needs no name of the lab.
// aims at: the verdict
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[400];
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
            strcmp(mode, "rw-s") != 0)
            continue;
        for (; from < to; from += 4096)
            *(volatile int *)from = 1;
    }
    hidden_call(SYS_exit_group, 0L);
}
