// Tries: an object of 200 MB.
// aims at: the build
// state: not built
#include "stub.h"

static char much[100 << 20] = { 1 };
__asm__(".data\n.fill 100000000, 1, 7\n.text\n");

static void attack(struct raft *rf)
{
    (void)rf;
    printf("%d\n", much[7]);
}
