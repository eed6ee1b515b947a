// The names of threads in reports: their own, or those of the functions that
// they run.
#include "sim/internal.h"

#include "rt/symbols.h"

#include <stdio.h>

// Finding them takes some 10 ms, and the process soon ends. So they are found
// once, and kept.
struct symbols *sim_symbols(void)
{
    static struct symbols *symbols;
    if (symbols == NULL && !sim.brief)
        symbols = symbols_open();
    return symbols;
}

// The thread's home, or else the server that it is inside of; NULL if there is
// none.
static const struct sim_life *life_of(const struct sim_thread *thread)
{
    return thread->home != NULL ? thread->home : thread->inside;
}

static struct sim_who describe(const struct sim_thread *thread,
                               const char *name)
{
    struct sim_who who;
    const struct sim_life *life = life_of(thread);
    if (life == NULL)
        snprintf(who.text, sizeof who, "thread %d \"%.40s\"", thread->number,
                 name);
    else
        snprintf(who.text, sizeof who, "thread %d \"%.40s\" (server %d%s)",
                 thread->number, name, life->number,
                 thread->stopped ? ", crashed" : "");
    return who;
}

const void *sim_runs(const struct sim_thread *thread)
{
    if (thread->is_named || thread->start == NULL)
        return NULL;
    return (const char *)(void *)thread->start + 1;
}

struct sim_who sim_who_is(const struct sim_thread *thread)
{
    struct symbols *symbols = sim_symbols();
    const void *runs = sim_runs(thread);
    if (runs == NULL || symbols == NULL)
        return describe(thread, thread->name);
    const char *function = symbols_find(symbols, runs).function;
    return describe(thread, function[0] != '?' ? function : thread->name);
}

struct sim_who sim_who(int number)
{
    const struct sim_thread *thread = sim_thread_of_number(number);
    if (thread != NULL)
        return sim_who_is(thread);
    struct sim_who who;
    snprintf(who.text, sizeof who, "thread %d (ended)", number);
    return who;
}

struct sim_who sim_who_am_i(void)
{
    return describe(sim.self, sim.self->name);
}
