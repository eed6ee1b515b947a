// Queues of many threads (sim/queue.c): whoever stands in one is found there,
// and the policy prefers whom it should. The threads here never run.
#include "sim/internal.h"
#include "tests/sim/harness.h"

#define N 10000

static struct sim_thread threads[N];
static struct sim_queue queue;
static struct sim_rng rng;

static void add_all(void)
{
    rng = sim_rng_make(1, 0);
    for (int i = 0; i < N; i++) {
        threads[i].priority = (int64_t)(sim_rng_next(&rng) >> 1);
        sim_queue_add(&queue, &threads[i]);
    }
}

static void remove_some(int n)
{
    for (int i = 0; i < n; i++) {
        struct sim_thread *thread = &threads[sim_rng_below(&rng, N)];
        if (thread->queue != NULL)
            sim_queue_remove(thread);
    }
}

// As many as are left say that they are in it, each where it is.
static void check_places(void)
{
    uint32_t n = 0;
    for (int i = 0; i < N; i++) {
        if (threads[i].queue == NULL)
            continue;
        check(queue.threads[threads[i].position] == &threads[i]);
        n++;
    }
    check(queue.count == n);
}

static void lower_some(void)
{
    for (int64_t i = 1; i <= N / 4; i++) {
        struct sim_thread *thread = &threads[sim_rng_below(&rng, N)];
        thread->priority = -i;
        sim_queue_lower(thread);
    }
}

static void take_by_priority(void)
{
    add_all();
    remove_some(N / 2);
    lower_some();
    remove_some(N / 4);
    check_places();
    int64_t last = INT64_MAX;
    while (queue.count > 0) {
        struct sim_thread *thread = sim_queue_choose(&queue);
        check(thread->priority < last);
        last = thread->priority;
        sim_queue_remove(thread);
    }
    check(queue.threads == NULL && queue.room == 0);
}

SIM_TEST(queue_by_priority)
{
    struct sim_options options = { .seed = 1, .policy = SIM_PCT };
    check(simulate(take_by_priority, &options)->returned);
}

static void draw_evenly(void)
{
    add_all();
    remove_some(N);
    check_places();
    for (uint32_t i = 0; i < 100 * queue.count; i++)
        sim_queue_choose(&queue)->points++;
    // The standard deviation of such a number is 10.
    for (int i = 0; i < N; i++) {
        if (threads[i].queue != NULL)
            check(threads[i].points > 30 && threads[i].points < 170);
    }
}

SIM_TEST(queue_drawn_evenly)
{
    check(simulate_seed(draw_evenly, 1)->returned);
}

// Its array goes to the next queue that needs one as large: locks that are
// used once and forgotten take no memory.
static void reuse_arrays(void)
{
    add_all();
    struct sim_thread **array = queue.threads;
    while (queue.count > 0)
        sim_queue_remove(queue.threads[0]);
    check(queue.threads == NULL && queue.room == 0);
    add_all();
    check(queue.threads == array);
}

SIM_TEST(queue_gives_its_array_back)
{
    check(simulate_seed(reuse_arrays, 1)->returned);
}
