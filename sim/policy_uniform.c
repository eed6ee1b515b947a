// Uniform: each thread that can run is as likely as the others. All have the
// same rank.
#include "sim/policy.h"

static struct sim_thread *next(void)
{
    return sim_queue_draw(&sim.runnable);
}

static struct sim_thread *choose(const struct sim_queue *queue)
{
    return sim_queue_draw(queue);
}

const struct sim_policy sim_policy_uniform = {
    .name = "uniform",
    .next = next,
    .choose = choose,
};
