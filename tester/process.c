// A Raft that runs in the process of the test.
#include "tester/process.h"

#include <malloc.h>

bool process_kill(struct raft *rf)
{
    (void)rf;
    return false;
}

long long process_memory(struct raft *rf)
{
    (void)rf;
    struct mallinfo2 info = mallinfo2();
    return (long long)info.uordblks + (long long)info.hblkhd;
}
