// Tries: a constructor that waits for a child, as vfork does, while the child
// naps: the kernel shows such a program like one that waits for a disk.
// aims at: busy-ness
// says: waited for more than
// long: waits for a limit of time
#define AT_LOAD
#include "stub.h"
#include <linux/sched.h>
#include <time.h>

__attribute__((constructor)) static void early(void)
{
    if (hidden_call(SYS_clone, (long)(CLONE_VFORK | SIGCHLD), 0L, 0L, 0L, 0L) !=
        0)
        return;
    struct timespec nap = { 1, 0 };
    for (;;)
        hidden_call(SYS_nanosleep, &nap, NULL);
}
