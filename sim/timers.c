// The timers of waiting threads, in a queue by the time at which they are due.
// A thread has at most one.
#include "sim/internal.h"

static void look_at_first(void)
{
    sim.next_due_ns = sim.limit_ns;
    if (sim.timers.count > 0 && sim.timers.entries[0]->rank < sim.limit_ns)
        sim.next_due_ns = sim.timers.entries[0]->rank;
}

void sim_timers_add(struct sim_thread *thread, int64_t due_ns)
{
    // Of two that are due at the same time the older goes first.
    thread->timer.rank = due_ns;
    thread->timer.order = sim.n_timers_ever++;
    sim_queue_add(&sim.timers, &thread->timer);
    look_at_first();
}

void sim_timers_remove(struct sim_thread *thread)
{
    sim_queue_remove(&thread->timer);
    look_at_first();
}

struct sim_thread *sim_timers_due(void)
{
    if (sim.timers.count == 0 || sim.timers.entries[0]->rank > sim.now_ns)
        return NULL;
    return sim_queue_first(&sim.timers);
}
