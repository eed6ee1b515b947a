// Starts and ends a simulation.
#include "sim/internal.h"

#include <stdio.h>
#include <stdlib.h>

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
    sim_tape_start(options);
    sim_policy_start(options);
    sim_random_start(options->seed);
    sim_table_start();
    sim_thread_start();
    sim_fiber_start(&sim.self->fiber, options->back_end);
    sim_signals_start();
    sim.brief = options->brief;
    sim.hidden = options->hidden;
    sim.on = true;
}

int sim_finish(char *text, size_t size)
{
    int others = sim.n_alive - 1;
    if (text != NULL)
        sim_describe_threads(text, size);
    sim.on = false;
    sim_signals_stop();
    return others;
}
