// Tries: the name of the function that crashes is HTML, and its source a
// secret file.
// aims at: the report
// wall: escaping
#include "stub.h"

__asm__(".globl \"<script>alert(5)</script>\x1b[2J\"\n"
        ".type \"<script>alert(5)</script>\x1b[2J\", @function\n"
        ".set \"<script>alert(5)</script>\x1b[2J\", crash\n");
void crash(void) __attribute__((noinline, visibility("hidden")));

#line 1 "/etc/passwd"
void crash(void)
{
    *(volatile int *)8 = 1;
}

static void attack(struct raft *rf)
{
    (void)rf;
    crash();
}
