// Tries: debug information that misleads its readers: lengths that lead past
// its end. Then it crashes.
// aims at: the judge
// wall: none
#include "stub.h"

__asm__(".section .debug_info,\"\",@progbits\n"
        ".long 0x7fffffff\n.short 5\n.byte 1, 8\n.long 0x7ffffff0\n"
        ".uleb128 1\n.quad 0xffffffffffffff\n"
        ".section .debug_aranges,\"\",@progbits\n"
        ".long 0x7ffffff0\n.short 2\n.long 0\n.byte 8, 0\n"
        ".text\n");

static void attack(struct raft *rf)
{
    volatile int *volatile nowhere = (int *)8;
    *nowhere = rf->me;
}
