// Tries: leaves System V shared memory, which belongs to no process, for
// the next student.
// aims at: other students
// leaves no: System V memory 0x7261
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    hidden_call(SYS_shmget, 0x7261L, 4096L, 01666L);
    stopped();
}
