// Queues of many threads (sim/queue.c): every thread in a queue is found there,
// and the policy chooses the right one. These threads never run.
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
        threads[i].entry.thread = &threads[i];
        threads[i].entry.rank = -(int64_t)(sim_rng_next(&rng) >> 1);
        sim_queue_add(&queue, &threads[i].entry);
    }
}

static void remove_some(int n)
{
    for (int i = 0; i < n; i++) {
        struct sim_thread *thread = &threads[sim_rng_below(&rng, N)];
        if (thread->entry.queue != NULL)
            sim_queue_remove(&thread->entry);
    }
}

// Checks that as many threads as are left are in the queue, each at its place.
static void check_places(void)
{
    uint32_t n = 0;
    for (int i = 0; i < N; i++) {
        if (threads[i].entry.queue == NULL)
            continue;
        check(sim_queue_at(&queue, threads[i].entry.position) == &threads[i]);
        n++;
    }
    check(queue.count == n);
}

// To the end, or to the top.
static void move_some(void)
{
    for (int64_t i = 1; i <= N / 4; i++) {
        int64_t rank = i % 2 == 0 ? i : INT64_MIN + i;
        sim_queue_set_rank(&threads[sim_rng_below(&rng, N)].entry, rank, 0);
    }
}

static void take_by_rank(void)
{
    add_all();
    remove_some(N / 2);
    move_some();
    remove_some(N / 4);
    check_places();
    int64_t last = INT64_MIN;
    while (queue.count > 0) {
        struct sim_thread *thread = sim_policy_choose(&queue);
        check(thread->entry.rank > last);
        last = thread->entry.rank;
        sim_queue_remove(&thread->entry);
    }
    check(queue.entries == NULL && queue.room == 0);
}

SIM_TEST(queue_by_rank)
{
    struct sim_options options = { .seed = 1, .policy = "pct" };
    check(simulate(take_by_rank, &options)->returned);
}

static void draw_evenly(void)
{
    add_all();
    remove_some(N);
    check_places();
    for (uint32_t i = 0; i < 100 * queue.count; i++)
        sim_policy_choose(&queue)->points++;
    // The standard deviation of such a number is 10.
    for (int i = 0; i < N; i++) {
        if (threads[i].entry.queue != NULL)
            check(threads[i].points > 30 && threads[i].points < 170);
    }
}

SIM_TEST(queue_drawn_evenly)
{
    check(simulate_seed(draw_evenly, 1)->returned);
}

// The array goes to the next queue that needs one of this size: a lock that is
// used once and forgotten takes no memory.
static void reuse_arrays(void)
{
    add_all();
    struct sim_entry **array = queue.entries;
    while (queue.count > 0)
        sim_queue_remove(queue.entries[0]);
    check(queue.entries == NULL && queue.room == 0);
    add_all();
    check(queue.entries == array);
}

SIM_TEST(queue_gives_its_array_back)
{
    check(simulate_seed(reuse_arrays, 1)->returned);
}
