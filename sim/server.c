// What can befall the threads of one server: they are paused, stopped dead, or
// their clocks go fast or slow.
#include "sim/internal.h"

#include <assert.h>
#include <stdlib.h>

// A server's clock showed time_ns when it was now_ns, and goes on at this rate.
struct sim_rate {
    int64_t now_ns;
    int64_t time_ns;
    int permille;  // 0: it was never set.
};

// Calls visit for every living thread of the server.
static void for_each(int owner, void (*visit)(struct sim_thread *thread))
{
    assert(sim.on && owner != sim.self->owner);
    for (int slot = 0; slot < sim.n_slots; slot++) {
        struct sim_thread *thread = sim_thread_at(slot);
        if (thread->id != 0 && !thread->ended && thread->owner == owner)
            visit(thread);
    }
}

// ---- Pausing ----

void sim_pause(int owner)
{
    for_each(owner, sim_schedule_freeze);
}

void sim_resume(int owner)
{
    for_each(owner, sim_schedule_thaw);
}

// ---- Stopping ----

static void stop(struct sim_thread *thread)
{
    sim_schedule_thaw(thread);
    if (thread->n_others_locks > 0)
        thread->doomed = true;
    else
        sim_thread_stop(thread);
}

void sim_stop(int owner)
{
    for_each(owner, stop);
}

void sim_server_die(void)
{
    struct sim_thread *self = sim.self;
    self->cleanup = NULL;  // Nothing of its own runs any more.
    free(self->values);
    self->values = NULL;
    sim_thread_exit(NULL);
}

// ---- Clocks ----

static const struct sim_rate *rate_of(int owner)
{
    if (sim.rates == NULL || owner < 0 || owner >= SIM_MAX_RATES ||
        sim.rates[owner].permille == 0)
        return NULL;
    return &sim.rates[owner];
}

static int64_t time_at(const struct sim_rate *rate, int64_t now_ns)
{
    return rate->time_ns + (now_ns - rate->now_ns) * rate->permille / 1000;
}

int64_t sim_server_time(int64_t now_ns)
{
    const struct sim_rate *rate = rate_of(sim.self->owner);
    return rate == NULL ? now_ns : time_at(rate, now_ns);
}

static int64_t due_at(const struct sim_rate *rate, int64_t time_ns)
{
    int64_t ahead_ns = time_ns - rate->time_ns;
    if (ahead_ns > NEVER / 1000 - 1)
        return NEVER;
    // Rounded up, so that the clock shows the time when it is due.
    return rate->now_ns +
           (ahead_ns * 1000 + rate->permille - 1) / rate->permille;
}

int64_t sim_server_due(int64_t time_ns)
{
    const struct sim_rate *rate = rate_of(sim.self->owner);
    if (rate == NULL || time_ns == NEVER)
        return time_ns;
    return due_at(rate, time_ns);
}

void sim_set_clock_rate(int owner, int permille)
{
    assert(sim.on && owner >= 0 && owner < SIM_MAX_RATES && permille > 0);
    if (sim.rates == NULL)
        sim.rates = sim_reserve(SIM_MAX_RATES * sizeof *sim.rates);
    const struct sim_rate *old = rate_of(owner);
    int64_t time_ns = old == NULL ? sim.now_ns : time_at(old, sim.now_ns);
    struct sim_rate before = { sim.now_ns, time_ns, 1000 };
    if (old != NULL)
        before = *old;
    sim.rates[owner] = (struct sim_rate){ sim.now_ns, time_ns, permille };
    // Who waits for a moment, waits for one of this clock.
    for (int slot = 0; slot < sim.n_slots; slot++) {
        struct sim_thread *thread = sim_thread_at(slot);
        if (thread->id == 0 || thread->timer == NO_POSITION ||
            thread->owner != owner)
            continue;
        int64_t due_ns = time_at(&before, thread->due_ns);
        sim_timers_remove(thread);
        sim_timers_add(thread, due_at(&sim.rates[owner], due_ns));
    }
}
