// POS, partial order sampling (Yuan, Yang, Gu: "Partial order aware concurrency
// sampling", CAV 2018). The next step of each thread has a random priority, and
// the first of all steps is done. Steps that touch the same object as this one
// race with it. Their priorities are drawn again, so that one that has lost a
// race is not late in the next one, too.
#include "sim/policy.h"

// Ranks are few, and of two threads with the same rank the one that has waited
// longer goes first. So a thread that polls in a loop lets another one run
// after N_RANKS steps on average, whatever the other's rank is. With ranks that
// are all different, this average would have no bound.
#define N_RANKS 1000

// Of more threads that can run, so many are searched for steps that race, so
// that a step's cost does not grow with their number.
#define MAX_SEARCHED 64

static uint64_t n_draws;

static int64_t draw(void)
{
    return sim_rng_below(&sim.chance, N_RANKS);
}

static void prepare(struct sim_thread *thread)
{
    thread->entry.rank = draw();
    thread->entry.order = ++n_draws;
}

static void draw_again(struct sim_thread *thread)
{
    sim_queue_set_rank(&thread->entry, draw(), ++n_draws);
}

static void draw_racing_again(const struct sim_thread *first)
{
    struct sim_thread *racing[MAX_SEARCHED];
    int n = 0;
    uint32_t count = sim.runnable.count;
    if (count > MAX_SEARCHED)
        count = MAX_SEARCHED;
    for (uint32_t i = 0; i < count; i++) {
        struct sim_thread *thread = sim_queue_at(&sim.runnable, i);
        if (thread->touches == first->touches && thread != first)
            racing[n++] = thread;
    }
    for (int i = 0; i < n; i++)
        draw_again(racing[i]);
}

static struct sim_thread *next(void)
{
    struct sim_thread *first = sim_queue_first(&sim.runnable);
    if (first->touches != NULL)
        draw_racing_again(first);
    draw_again(first);  // For its step after this one.
    return first;
}

// It has no put_last. A thread that yields has a priority that was just drawn,
// as after every step.
const struct sim_policy sim_policy_pos = {
    .name = "pos",
    .prepare = prepare,
    .next = next,
    .choose = sim_queue_draw,
};
