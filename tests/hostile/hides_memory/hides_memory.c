// Ends the first thread of its process, which then has no memory to be seen,
// and takes more memory than there may be.
#include "tests/hostile/hostile.h"
#include "tests/hostile/much_memory.h"

#include <signal.h>
#include <sys/syscall.h>

static void leave(int number)
{
    (void)number;
    syscall(SYS_exit, 0);
}

static void attack(struct raft *rf)
{
    (void)rf;
    signal(SIGUSR1, leave);
    tgkill(getpid(), getpid(), SIGUSR1);
    usleep(100000);
    take_much_memory();
    pause();
}
