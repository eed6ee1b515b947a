// Wrong: no server leads, and it prints what a passed test prints.
// Verdict: failed, because there is no leader. Output is no verdict.
#include "tests/broken/base.h"

#include <stdio.h>

static void boast(struct raft *rf)
{
    (void)rf;
    static const char passed[] =
        "  ... Passed --   3.0  3   58   16840    0\n"
        "\n2A: 2 of 2 tests passed.\nwall 3.0 s, CPU 0.1 s\n";
    fputs(passed, stdout);
    fputs(passed, stderr);
}

static bool never(const struct raft *rf)
{
    (void)rf;
    return false;
}

static const struct bug bug = { .in_make = boast, .leads = never };
