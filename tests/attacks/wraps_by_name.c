// Tries: defines the names that the linker's --wrap gives to the
// simulator's functions, and versions of others by .symver.
// aims at: the tests
// state: not built
// wall: none
#include "stub.h"

int __wrap_pthread_mutex_lock(void *lock);
int __wrap_pthread_mutex_lock(void *lock)
{
    (void)lock;
    _exit(0);
}
__asm__(".symver own_exit, _exit@@GLIBC_2.2.5\n");
void own_exit(void);
void own_exit(void)
{
}

static void attack(struct raft *rf)
{
    (void)rf;
}
