// Tells a watcher what the threads of servers do: whose turn it is, what they
// wait for, what they lock. It changes nothing in the run.
#include "sim/internal.h"

// The number of the server that the thread belongs to, or is inside of; -1:
// none.
static int server_of(const struct sim_thread *thread)
{
    const struct sim_life *life =
        thread->home != NULL ? thread->home : thread->inside;
    return life != NULL ? life->number : -1;
}

// Fills in all but what it locks or waits for. A thread that does not run has
// left its frame in its fiber.
static struct sim_act act_of(enum sim_act_kind kind,
                             const struct sim_thread *thread)
{
    struct sim_act act = { .kind = kind,
                           .thread = sim_tid(thread->number),
                           .name = thread->name,
                           .runs = sim_runs(thread),
                           .server = server_of(thread) };
    if (kind != SIM_TURN)
        act.n_calls = sim_walk(thread,
                               thread == sim.self ? __builtin_frame_address(0)
                                                  : thread->fiber.frame,
                               act.calls);
    return act;
}

static struct sim_act wait_of(const struct sim_thread *thread)
{
    const struct sim_reason *reason = thread->reason;
    struct sim_act act = act_of(SIM_WAITS, thread);
    struct sim_holder holder = { 0 };
    act.text = reason->text;
    act.object = reason->object;
    act.at = thread->object;
    act.has_limit = thread->timer.queue != NULL;
    act.since_ns = thread->wait_began_ns;
    if (reason->next_holder != NULL &&
        reason->next_holder(thread->object, &holder))
        act.holder = sim_tid(holder.number);
    return act;
}

// A thread that has been woken keeps its reason until it runs.
static bool waits(const struct sim_thread *thread)
{
    return thread->reason != NULL && !thread->stopped && !thread->is_ready &&
           thread != sim.self && !sim_is_runnable(thread);
}

void sim_see_waits(void (*see)(const struct sim_act *act))
{
    for (int number = 0; number < sim.n_threads_ever; number++) {
        const struct sim_thread *thread = sim_thread_of_number(number);
        if (thread == NULL || !waits(thread) || server_of(thread) == -1)
            continue;
        struct sim_act act = wait_of(thread);
        see(&act);
    }
}

void sim_watch(void (*see)(const struct sim_act *act))
{
    sim.watcher = see;
}

// The thread whose turn was told last. It may have left the server since.
static int told;

void sim_watch_turn(const struct sim_thread *before,
                    const struct sim_thread *next)
{
    if (server_of(before) == -1 && server_of(next) == -1)
        return;
    told = next->number;
    struct sim_act act = act_of(SIM_TURN, next);
    sim.watcher(&act);
}

void sim_watch_wait(const struct sim_thread *thread)
{
    // A thread of a crashed server has been stopped: it waits for nothing.
    if (thread->stopped || (server_of(thread) == -1 && thread->number != told))
        return;
    struct sim_act act = wait_of(thread);
    sim.watcher(&act);
}

// "a mutex" is a mutex.
static const char *without_article(const char *what)
{
    while (*what != ' ')
        what++;
    return what + 1;
}

void sim_watch_lock(enum sim_act_kind kind, const struct sim_hold *hold)
{
    if (server_of(sim.self) == -1)
        return;
    struct sim_act act = act_of(kind, sim.self);
    act.object = without_article(hold->what);
    act.at = hold->lock;
    sim.watcher(&act);
}
