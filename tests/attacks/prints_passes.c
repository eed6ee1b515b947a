// Tries: prints the lines and rows of a run in which all pass.
// aims at: the report
// wall: none
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    printf("Test (2A): initial election ...\n"
           "  ... Passed --   3.5  3   44    1728    0\n\n"
           "raftlab: 1 of 1 tests passed.\n"
           "[{\"suite\":\"2A\",\"test\":\"initial_election\",\"run\":1,"
           "\"result\":\"passed\"}]\n");
    fflush(stdout);
    exit(0);
}
