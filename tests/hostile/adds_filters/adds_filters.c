// Adds filters of system calls, which take memory of the system.
#include "tests/hostile/hostile.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

static void attack(struct raft *rf)
{
    (void)rf;
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { 1, &allow };
    for (int k = 0; k < 1000; k++)
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
