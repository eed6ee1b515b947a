// Tries: rewrites the grader, what is built for the next student, and
// others' results.
// aims at: the runner
// leaves no: @ROOT@/build/plain/raftlab-attack
// leaves no: @ROOT@/raft/raftlab-attack.c
// leaves no: @OUT@/raftlab-attack
// leaves no: @OUT@/zz_right/account.json.new
// leaves no: @SUBS@/raftlab-attack
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    plant(ROOT "/build/plain/raftlab-attack");
    plant(ROOT "/raft/raftlab-attack.c");
    plant(OUT "/raftlab-attack");
    plant(OUT "/zz_right/account.json.new");
    plant(SUBS "/raftlab-attack");
    int grader = open(ROOT "/build/plain/grader", O_WRONLY);
    if (grader >= 0)
        got_through("the grader can be written");
    stopped();
}
