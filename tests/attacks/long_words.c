// Tries: last words of a hundred megabytes, in one line.
// aims at: the report
// size: 4 MB
// wall: sizes
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    static char block[1 << 20];
    memset(block, 'A', sizeof block);
    for (int k = 0; k < 100; k++)
        if (write(1, block, sizeof block) < 0 ||
            write(2, block, sizeof block) < 0)
            break;
    abort();
}
