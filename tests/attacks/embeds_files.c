// Tries: the assembler puts the secret into the object.
// aims at: the build
// state: not built
#include "stub.h"

__asm__(".section .rodata\n"
        "secret: .incbin \"" SECRET "\"\n"
        ".byte 0\n.text\n");
extern const char secret[] __attribute__((visibility("hidden")));

static void attack(struct raft *rf)
{
    (void)rf;
    got_through(secret);
}
