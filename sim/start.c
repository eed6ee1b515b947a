// A simulation begins and ends.
#include "sim/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

void *sim_reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        sim_fail("out of memory");
    return memory;
}

void sim_start(const struct sim_options *options)
{
    if (sim.on || sim.n_threads_ever > 0) {
        fputs("sim: one process runs one simulation; fork for another\n",
              stderr);
        abort();
    }
    sim_mutex_start();
    sim_rwlock_start();
    sim_spin_start();
    sim_once_start();
    sim_schedule_start(options);
    sim_policy_start(options);
    sim_random_start(options->seed);
    sim_thread_start();
    sim_fiber_start(&sim.self->fiber, options->back_end);
    sim_watch_start();
    sim.brief = options->brief;
    sim.hidden = options->hidden;
    sim.on = true;
}

bool sim_is_on(void)
{
    return sim.on;
}

int sim_finish(char *text, size_t size)
{
    int others = sim.n_alive - 1;
    if (text != NULL)
        sim_describe_threads(text, size);
    sim.on = false;
    sim_watch_stop();
    return others;
}

uint64_t sim_hash(void)
{
    return sim.hash;
}

int64_t sim_now_ns(void)
{
    return sim.now_ns;
}

uint64_t sim_points(void)
{
    return sim.points;
}
