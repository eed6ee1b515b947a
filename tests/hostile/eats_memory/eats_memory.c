// Takes more memory than there may be, past malloc.
#include "tests/hostile/hostile.h"
#include "tests/hostile/much_memory.h"

static void attack(struct raft *rf)
{
    (void)rf;
    take_much_memory();
    pause();
}
