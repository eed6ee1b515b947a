// Tries: the assembler's message about a line that is no instruction shows
// the secret.
// aims at: the build
// state: not built
#include "stub.h"

__asm__(".include \"" SECRET "\"\n");

static void attack(struct raft *rf)
{
    (void)rf;
}
