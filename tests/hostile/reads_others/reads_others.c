// Reads a number that another server has left in its thread's list of locks:
// past the network, and after a crash.
#include "tests/hostile/hostile.h"

#include <stdio.h>
#include <sys/syscall.h>

static void attack(struct raft *rf)
{
    (void)rf;
    void *number;
    size_t size;
    syscall(SYS_set_robust_list, 0x1234, 24);
    for (pid_t pid = 2; pid < 100; pid++) {
        if (syscall(SYS_get_robust_list, pid, &number, &size) == 0)
            printf("found %p\n", number);
    }
}
