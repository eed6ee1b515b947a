// Its data are larger than what a process can have.
#include "tests/hostile/hostile.h"

__asm__(".section .huge, \"aw\", %nobits\n"
        "    .skip 0x400000000000\n"
        "    .text\n");

static void attack(struct raft *rf)
{
    (void)rf;
}
