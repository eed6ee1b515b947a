// Tries: the same with the environment of the compiler and its parents.
// aims at: the build
// state: any
// wall: environment
#include "/proc/1/environ"
#include "/proc/self/environ"
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
}
