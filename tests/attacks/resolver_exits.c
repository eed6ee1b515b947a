// Tries: a resolver (ifunc), which runs while the program is linked at its
// start.
// aims at: the verdict
#define AT_LOAD
#include "stub.h"

static void nothing(void)
{
}
static void (*resolve(void))(void)
{
    hidden_call(SYS_exit_group, 0L);
    return nothing;
}
void resolved(void) __attribute__((ifunc("resolve")));

__attribute__((constructor)) static void use(void)
{
    resolved();
}
