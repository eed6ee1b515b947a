// The ids of the process and its threads. They are the same in every process
// that runs a seed, as a program may seed its random numbers with them. As in
// the system, the first thread has the id of the process.
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

int sim_tid(int number)
{
    return PROCESS_ID + number;
}

pid_t __wrap_gettid(void)
{
    return sim.on ? sim_tid(sim.self->number) : __real_gettid();
}
