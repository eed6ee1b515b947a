// Tries: reads the reference, the tests and the other submissions when it
// runs.
// aims at: the tests
// says: status 78
#include "stub.h"

static void look(const char *path)
{
    if (access(path, R_OK) == 0)
        got_through(path);
}

static void attack(struct raft *rf)
{
    (void)rf;
    look(ROOT "/raft/raft.c");
    look(ROOT "/raft/election.c");
    look(ROOT "/tests/graded/test_2a.c");
    look(ROOT "/tests/variants");
    look(SUBS);
    look(OUT);
    look("/root");
    look("/home");
    stopped();
}
