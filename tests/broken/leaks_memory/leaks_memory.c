// Wrong: raft_make allocates until there is no more memory.
// Verdict: failed, with the size, if the limit is above 2 GB.
#include "tests/broken/base.h"

#define MOST  5000
#define BLOCK (1 << 20)

static void allocate(struct raft *rf)
{
    static void *blocks[MOST];
    (void)rf;
    for (int n = 0; n < MOST; n++) {
        blocks[n] = malloc(BLOCK);
        assert(blocks[n] != NULL);
    }
}

static const struct bug bug = { .in_make = allocate };
