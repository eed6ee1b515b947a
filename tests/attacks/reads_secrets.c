// Tries: reads the secret, the other submissions, their results and the
// points.
// aims at: other students
// says: status 78
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    spill(SECRET);
    spill(OTHER);
    spill("../../zz_right/raft.c");
    spill("/proc/1/root" SECRET);
    spill("/proc/self/cwd/../secret");
    stopped();
}
