// Who the process is, and its threads: the same in every process that runs a
// seed, as a program may draw its random numbers from there. A thread has a
// number of its own, and the first has the process's, as in the system.
#include "sim/internal.h"
#include "sim/real.h"

enum { PARENT_ID = 1, PROCESS_ID = 1000 };

pid_t __wrap_getpid(void)
{
    return sim.on ? PROCESS_ID : __real_getpid();
}

pid_t __wrap_getppid(void)
{
    return sim.on ? PARENT_ID : __real_getppid();
}

pid_t __wrap_gettid(void)
{
    return sim.on ? PROCESS_ID + sim.self->number : __real_gettid();
}
