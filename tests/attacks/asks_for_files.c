// Tries: asks the compiler whether files are there.
// aims at: the build
// state: graded
#include "stub.h"

// clang-format off
#if __has_include(SECRET) || __has_include(OTHER)
#error THROUGH: a secret is there
#endif
#if __has_include("/root/.bashrc") || __has_include("raft/election.c")
#error THROUGH: a file is there
#endif
// clang-format on

static void attack(struct raft *rf)
{
    (void)rf;
    stopped();
}
