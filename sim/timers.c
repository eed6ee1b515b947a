// The timers of waiting threads: a binary heap, the one that is due first at
// the top. A thread has at most one.
#include "sim/internal.h"

#include <errno.h>

static bool goes_before(const struct sim_timer *a, const struct sim_timer *b)
{
    if (a->due_ns != b->due_ns)
        return a->due_ns < b->due_ns;
    return a->order < b->order;
}

static void put(int position, struct sim_timer timer)
{
    sim.timers[position] = timer;
    timer.thread->timer = position;
}

static void rise(int position, struct sim_timer timer)
{
    while (position > 0) {
        int parent = (position - 1) / 2;
        if (!goes_before(&timer, &sim.timers[parent]))
            break;
        put(position, sim.timers[parent]);
        position = parent;
    }
    put(position, timer);
}

static void sink(int position, struct sim_timer timer)
{
    for (;;) {
        int child = 2 * position + 1;
        if (child >= sim.n_timers)
            break;
        if (child + 1 < sim.n_timers &&
            goes_before(&sim.timers[child + 1], &sim.timers[child]))
            child++;
        if (!goes_before(&sim.timers[child], &timer))
            break;
        put(position, sim.timers[child]);
        position = child;
    }
    put(position, timer);
}

static void look_at_first(void)
{
    sim.next_due_ns = sim.limit_ns;
    if (sim.n_timers > 0 && sim.timers[0].due_ns < sim.limit_ns)
        sim.next_due_ns = sim.timers[0].due_ns;
}

void sim_timers_make_room(int n_threads)
{
    size_t before = (size_t)sim.n_slots, after = before + (size_t)n_threads;
    sim.timers = sim_enlarge(sim.timers, before * sizeof *sim.timers,
                             after * sizeof *sim.timers);
}

void sim_timers_add(struct sim_thread *thread, int64_t due_ns)
{
    thread->due_ns = due_ns;
    struct sim_timer timer = { due_ns, sim.n_timers_ever++, thread };
    rise(sim.n_timers++, timer);
    look_at_first();
}

void sim_timers_remove(struct sim_thread *thread)
{
    int position = thread->timer;
    thread->timer = NO_POSITION;
    struct sim_timer last = sim.timers[--sim.n_timers];
    if (last.thread != thread) {
        if (position > 0 && goes_before(&last, &sim.timers[(position - 1) / 2]))
            rise(position, last);
        else
            sink(position, last);
    }
    look_at_first();
}

void sim_timers_fire(void)
{
    if (sim.now_ns >= sim.limit_ns)
        sim_report_limit();
    while (sim.n_timers > 0 && sim.timers[0].due_ns <= sim.now_ns)
        sim_wake(sim.timers[0].thread, ETIMEDOUT);
}
