// Tries: brings a main of its own.
// aims at: the runner
// state: not built
// says: defines main()
#include "stub.h"

int main(void)
{
    return 0;
}

static void attack(struct raft *rf)
{
    (void)rf;
}
