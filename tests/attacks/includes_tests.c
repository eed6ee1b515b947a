// Tries: includes a graded test, to read what it asks for.
// aims at: the tests
// state: not built
#include "stub.h"
#include "tests/graded/test_2a.c"
#error THROUGH: a test can be read

static void attack(struct raft *rf)
{
    (void)rf;
}
