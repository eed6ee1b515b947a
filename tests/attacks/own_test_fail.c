// Tries: has a test_fail of its own, in place of the tester's.
// aims at: the tests
// state: not built
// says: test_fail
#include "stub.h"

_Noreturn void test_fail(const char *format, ...);
_Noreturn void test_fail(const char *format, ...)
{
    (void)format;
    exit(0);
}

static void attack(struct raft *rf)
{
    (void)rf;
}
