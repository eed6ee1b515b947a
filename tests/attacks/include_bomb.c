// Tries: a file that includes itself twice, 15 levels deep, and declares a few
// functions each time: a million and more in all.
// aims at: the build
// state: not built
#ifndef ONCE
#define ONCE
#include "stub.h"
static void attack(struct raft *rf)
{
    (void)rf;
}
#define JOIN(a, b) a##b
#define NAME(n)    JOIN(another_, n)
#define ONE        int NAME(__COUNTER__)(int)
#define SIX        ONE, ONE_MORE, ONE_MORE, ONE_MORE, ONE_MORE, ONE_MORE
#define ONE_MORE   NAME(__COUNTER__)(int)
#endif
SIX;
SIX;
SIX;
SIX;
SIX;
SIX;
#if __INCLUDE_LEVEL__ < 15
#include __FILE__
#include __FILE__
#endif
