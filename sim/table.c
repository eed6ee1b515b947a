// The table of threads. A thread's id consists of its number and its slot. So
// the id of a removed thread is never that of another.
#include "sim/internal.h"

#include <string.h>

#define N_NEWEST (1 << 14)

void sim_table_start(void)
{
    sim.newest = sim_reserve(N_NEWEST * sizeof *sim.newest);
}

struct sim_thread *sim_table_find(pthread_t id)
{
    int slot = (int)(id & (MAX_SLOTS - 1));
    if (id == 0 || slot >= sim.n_slots)
        return NULL;
    struct sim_thread *thread = sim_thread_at(slot);
    return thread->id == id ? thread : NULL;
}

static bool is_of_number(const struct sim_thread *thread, int number)
{
    return thread->id != 0 && thread->number == number && !thread->ended;
}

// Called at each wait for a lock, so it must be fast. It is nearly always the
// newest thread whose number has the same low bits.
struct sim_thread *sim_thread_of_number(int number)
{
    struct sim_thread *newest =
        sim_thread_at(sim.newest[number & (N_NEWEST - 1)]);
    if (is_of_number(newest, number))
        return newest;
    for (int slot = 0; slot < sim.n_slots; slot++) {
        struct sim_thread *thread = sim_thread_at(slot);
        if (is_of_number(thread, number))
            return thread;
    }
    return NULL;
}

static struct sim_thread *new_slot(void)
{
    if (sim.n_slots == MAX_SLOTS)
        return NULL;
    if (sim.n_slots % CHUNK == 0) {
        sim.chunks[sim.n_slots / CHUNK] =
            sim_reserve(CHUNK * sizeof(struct sim_thread));
    }
    struct sim_thread *thread = sim_thread_at(sim.n_slots);
    thread->slot = sim.n_slots++;
    return thread;
}

struct sim_thread *sim_table_add(void)
{
    struct sim_thread *thread = sim.unused;
    if (thread != NULL)
        sim.unused = thread->next_unused;
    else
        thread = new_slot();
    if (thread == NULL)
        return NULL;
    int slot = thread->slot;
    memset(thread, 0, sizeof *thread);
    thread->slot = slot;
    thread->number = sim.n_threads_ever++;
    sim.newest[thread->number & (N_NEWEST - 1)] = slot;
    thread->id =
        (((pthread_t)thread->number + 1) << SLOT_BITS) | (pthread_t)slot;
    thread->entry.thread = thread;
    thread->timer.thread = thread;
    return thread;
}

void sim_table_remove(struct sim_thread *thread)
{
    thread->id = 0;
    thread->next_unused = sim.unused;
    sim.unused = thread;
}
