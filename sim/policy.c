// The two policies, by which the next of several threads is chosen
// (sim_policy).
//
// Uniform: each of them is as likely as the others; all have the same rank.
// PCT: the one of highest priority, which is the least rank.
#include "sim/internal.h"

#include <stdlib.h>

#define DEPTH 3
#define STEPS 1000

// Under PCT a thread that polls in a loop would never let the others run. After
// so many points in a row it gets the lowest priority.
#define MAX_STREAK 1000

static int by_point(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

// Draws the change points among the next `steps` points: there the running
// thread gets the lowest priority.
static void begin_round(void)
{
    int64_t begin = (int64_t)sim.points;
    sim.round_end = begin + sim.steps;
    for (int i = 0; i < sim.depth - 1; i++)
        sim.changes[i] =
            begin + 1 +
            (int64_t)(sim_rng_next(&sim.chance) % (uint64_t)sim.steps);
    qsort(sim.changes, (size_t)sim.depth - 1, sizeof *sim.changes, by_point);
    sim.next_change = sim.depth > 1 ? sim.changes[0] : sim.round_end;
}

void sim_policy_put_last(struct sim_thread *thread)
{
    if (sim.policy == SIM_PCT)
        sim_queue_lower(&thread->entry, ++sim.last_rank);
}

static void change_priorities(void)
{
    if ((int64_t)sim.points >= sim.round_end) {
        begin_round();
        return;
    }
    sim_policy_put_last(sim.self);
    sim.next_change = sim.round_end;
    for (int i = 0; i < sim.depth - 1; i++) {
        if (sim.changes[i] > (int64_t)sim.points) {
            sim.next_change = sim.changes[i];
            break;
        }
    }
}

static struct sim_thread *next_by_priority(void)
{
    if ((int64_t)sim.points >= sim.next_change)
        change_priorities();
    struct sim_thread *first = sim_queue_first(&sim.runnable);
    if (first == sim.self && ++sim.streak > MAX_STREAK) {
        sim.streak = 0;
        sim_policy_put_last(first);
    } else if (first != sim.self) {
        sim.streak = 0;
    }
    return first;
}

struct sim_thread *sim_policy_next(void)
{
    return sim.policy == SIM_PCT ? next_by_priority()
                                 : sim_queue_draw(&sim.runnable);
}

struct sim_thread *sim_policy_choose(const struct sim_queue *queue)
{
    return sim.policy == SIM_PCT ? sim_queue_first(queue)
                                 : sim_queue_draw(queue);
}

void sim_policy_add(struct sim_thread *thread)
{
    // At most 0: sim_policy_put_last gives ranks from 1 on. The uniform policy
    // draws a rank, too, so that a seed's later random numbers are the same
    // under both policies.
    int64_t rank = -(int64_t)(sim_rng_next(&sim.chance) >> 1);
    thread->entry.rank = sim.policy == SIM_PCT ? rank : 0;
}

void sim_policy_start(const struct sim_options *options)
{
    sim.policy = options->policy;
    sim.depth = options->depth > 0 ? options->depth : DEPTH;
    sim.steps = options->steps > 0 ? options->steps : STEPS;
    sim.changes = calloc((size_t)sim.depth, sizeof *sim.changes);
    if (sim.changes == NULL)
        sim_fail("out of memory");
    if (sim.policy == SIM_PCT)
        begin_round();
}
