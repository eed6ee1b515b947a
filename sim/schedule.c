// Who runs next, and the passing of virtual time. A thread can run, or waits.
#include "sim/internal.h"

#include <errno.h>
#include <stdlib.h>

#define DEPTH 3
#define STEPS 1000

// Under PCT: a thread that others wait for in a loop of its own, trying a lock
// again and again, would never let them on. After so many points without
// another's turn it counts as one that yields.
#define MAX_STREAK 1000

// sim_point_at_times is a scheduling point once in so many times.
#define AT_TIMES 8

struct sim sim;

static void become_runnable(struct sim_thread *thread)
{
    if (__builtin_expect(thread->frozen, 0)) {
        thread->is_ready = true;
        return;
    }
    sim_queue_add(&sim.runnable, thread);
}

// ---- The policies ----

static int by_point(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

// Draws where the priorities change in the next `steps` points; the last one in
// the list is the end of them.
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

static void put_last(struct sim_thread *thread)
{
    thread->priority = --sim.lowest;
    sim_queue_lower(thread);
}

static void change_priorities(void)
{
    if ((int64_t)sim.points >= sim.round_end) {
        begin_round();
        return;
    }
    put_last(sim.self);
    sim.next_change = sim.round_end;
    for (int i = 0; i < sim.depth - 1; i++) {
        if (sim.changes[i] > (int64_t)sim.points) {
            sim.next_change = sim.changes[i];
            break;
        }
    }
}

static struct sim_thread *choose_by_priority(void)
{
    if ((int64_t)sim.points >= sim.next_change)
        change_priorities();
    struct sim_thread *best = sim_queue_choose(&sim.runnable);
    if (best == sim.self && ++sim.streak > MAX_STREAK) {
        sim.streak = 0;
        put_last(best);
    } else if (best != sim.self) {
        sim.streak = 0;
    }
    return best;
}

static inline struct sim_thread *choose(void)
{
    if (sim.policy == SIM_PCT)
        return choose_by_priority();
    return sim_queue_choose(&sim.runnable);
}

// ---- Waiting for a number of points ----

// Wakes those of a queue of whom this is so. What moves up or down when one
// leaves comes from above, and is looked at later, or has been looked at.
static void wake_some(struct sim_queue *queue,
                      bool (*is_so)(const struct sim_thread *thread,
                                    const void *object),
                      const void *object)
{
    for (uint32_t i = queue->count; i-- > 0;) {
        while (i < queue->count && is_so(queue->threads[i], object))
            sim_wake(queue->threads[i], 0);
    }
}

static const struct sim_reason to_run_on = {
    "for a number of scheduling points", NULL
};

void sim_run_on(uint64_t points)
{
    struct sim_thread *self = sim.self;
    self->due_point = sim.points + points;
    if (self->due_point < sim.next_due_point)
        sim.next_due_point = self->due_point;
    sim_wait(&sim.counting, NEVER, &to_run_on, NULL, HERE);
}

static bool is_due(const struct sim_thread *thread, const void *unused)
{
    (void)unused;
    return thread->due_point <= sim.points;
}

static void wake_counting(void)
{
    wake_some(&sim.counting, is_due, NULL);
    sim.next_due_point = UINT64_MAX;
    for (uint32_t i = 0; i < sim.counting.count; i++) {
        uint64_t due_point = sim.counting.threads[i]->due_point;
        if (due_point < sim.next_due_point)
            sim.next_due_point = due_point;
    }
}

// ---- Turns ----

// Chooses who goes on; there is somebody.
static inline struct sim_thread *next_thread(void)
{
    sim.points++;
    sim.now_ns += POINT_NS;
    if (__builtin_expect(sim.now_ns >= sim.next_due_ns, 0))
        sim_timers_fire();
    if (__builtin_expect(sim.points >= sim.next_due_point, 0))
        wake_counting();
    struct sim_thread *next = choose();
    next->points++;
    sim_hash_add((uint64_t)next->number);
    return next;
}

static inline void switch_to(struct sim_thread *next)
{
    struct sim_thread *self = sim.self;
    sim.self = next;
    sim_fiber_switch(&self->fiber, &next->fiber);
    if (__builtin_expect(sim.gone != NULL, 0))
        sim_thread_bury();
    if (__builtin_expect(self->leaves, 0))
        sim_server_leave();
}

void sim_point(void)
{
    struct sim_thread *next = next_thread();
    if (next != sim.self)
        switch_to(next);
}

void sim_point_at_times(void)
{
    if (sim_rng_below(&sim.chance, AT_TIMES) == 0)
        sim_point();
}

void sim_yield(void)
{
    put_last(sim.self);
    sim_point();
}

// Nobody can run: time jumps to the first timer. No timer is a deadlock.
static void await_timer(void)
{
    while (sim.runnable.count == 0) {
        if (sim.n_timers == 0)
            sim_report_deadlock();
        if (sim.now_ns < sim.next_due_ns)
            sim.now_ns = sim.next_due_ns;
        sim_timers_fire();
    }
}

// ---- Waiting ----

int sim_wait(struct sim_queue *queue, int64_t due_ns,
             const struct sim_reason *reason, const void *object,
             const void *place)
{
    struct sim_thread *self = sim.self;
    self->reason = reason;
    self->object = object;
    self->place = place;
    sim_queue_remove(self);
    if (queue != NULL)
        sim_queue_add(queue, self);
    if (due_ns != NEVER)
        sim_timers_add(self, due_ns);
    sim_check_circle(self);
    if (sim.runnable.count == 0)
        await_timer();
    struct sim_thread *next = next_thread();
    if (next != self)
        switch_to(next);
    self->reason = NULL;
    self->woken_from = NULL;
    return self->result;
}

void sim_wake(struct sim_thread *thread, int result)
{
    if (thread->queue != NULL)
        sim_queue_remove(thread);
    if (thread->timer != NO_POSITION)
        sim_timers_remove(thread);
    if (thread->relock != NULL) {
        // It waited on a condition variable. There is no use in running it
        // before it can have the mutex.
        pthread_mutex_t *mutex = thread->relock;
        thread->relock = NULL;
        thread->cond_result = result;
        if (sim_mutex_defer(mutex, thread)) {
            sim_check_circle(thread);
            return;
        }
    }
    thread->result = result;
    become_runnable(thread);
}

void sim_wake_one(struct sim_queue *queue)
{
    struct sim_thread *chosen;
    do {
        chosen = sim_queue_choose(queue);
        sim_wake(chosen, 0);
        chosen->woken_from = queue;
    } while (chosen->frozen && queue->count > 0);
}

void sim_wake_all(struct sim_queue *queue)
{
    while (queue->count > 0)
        sim_wake(queue->threads[queue->count - 1], 0);
}

static bool waits_for(const struct sim_thread *thread, const void *object)
{
    return thread->object == object;
}

void sim_wake_few(const void *object)
{
    wake_some(&sim.few, waits_for, object);
}

// ---- Threads come and go ----

void sim_schedule_add(struct sim_thread *thread)
{
    // Half of the numbers, so that `lowest` can go down from zero.
    thread->priority = (int64_t)(sim_rng_next(&sim.chance) >> 1);
    thread->timer = NO_POSITION;
    become_runnable(thread);
}

void sim_schedule_end(void)
{
    struct sim_thread *self = sim.self;
    sim_queue_remove(self);
    if (sim.runnable.count == 0)
        await_timer();
    sim.self = next_thread();
    sim_fiber_leave(&self->fiber, &sim.self->fiber);
}

// Whoever was to go on with what it waited for will not: another may.
static void pass_on_wake(struct sim_thread *thread)
{
    struct sim_queue *queue = thread->woken_from;
    thread->woken_from = NULL;
    if (queue != NULL && queue->count > 0)
        sim_wake_one(queue);
}

void sim_schedule_remove(struct sim_thread *thread)
{
    if (thread->queue != NULL)
        sim_queue_remove(thread);
    if (thread->timer != NO_POSITION)
        sim_timers_remove(thread);
    pass_on_wake(thread);
}

void sim_schedule_return(struct sim_thread *thread)
{
    become_runnable(thread);
}

void sim_schedule_freeze(struct sim_thread *thread)
{
    if (thread->frozen)
        return;
    thread->frozen = true;
    thread->is_ready = sim_is_runnable(thread);
    if (thread->is_ready)
        sim_queue_remove(thread);
    pass_on_wake(thread);
}

void sim_schedule_thaw(struct sim_thread *thread)
{
    if (!thread->frozen)
        return;
    thread->frozen = false;
    if (thread->is_ready)
        become_runnable(thread);
    thread->is_ready = false;
}

void sim_schedule_start(const struct sim_options *options)
{
    sim.limit_ns = options->limit_s > 0 ? options->limit_s * NS_PER_S : NEVER;
    sim.next_due_ns = sim.limit_ns;
    sim.next_due_point = UINT64_MAX;
    sim.chance = sim_rng_make(options->seed, 0);
    struct sim_rng hash = sim_rng_make(options->seed, 4);
    sim.hash = sim_rng_next(&hash);
    sim.policy = options->policy;
    sim.depth = options->depth > 0 ? options->depth : DEPTH;
    sim.steps = options->steps > 0 ? options->steps : STEPS;
    sim.changes = calloc((size_t)sim.depth, sizeof *sim.changes);
    if (sim.changes == NULL)
        sim_fail("out of memory");
    if (sim.policy == SIM_PCT)
        begin_round();
}
