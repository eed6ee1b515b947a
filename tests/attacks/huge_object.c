// Tries: an object of a gigabyte.
// aims at: the build
// state: not built
// wall: limits
#include "stub.h"

static char much[1 << 30] = { 1 };
__asm__(".data\n.fill 1000000000, 1, 7\n.text\n");

static void attack(struct raft *rf)
{
    (void)rf;
    printf("%d\n", much[7]);
}
