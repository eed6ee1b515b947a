// Who runs next, and the passing of virtual time.
//
// A thread can run, or waits; those that can run stand in one array, so that
// drawing one of them, adding one and removing one take the same time however
// many there are.
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

// ---- The run set ----

static void become_runnable(struct sim_thread *thread)
{
    if (__builtin_expect(thread->frozen, 0)) {
        thread->is_ready = true;
        return;
    }
    thread->position = sim.n_runnable;
    sim.runnable[sim.n_runnable++] = thread;
}

static void stop_being_runnable(struct sim_thread *thread)
{
    struct sim_thread *last = sim.runnable[--sim.n_runnable];
    sim.runnable[thread->position] = last;
    last->position = thread->position;
    thread->position = NO_POSITION;
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
    struct sim_thread *best = sim.runnable[0];
    for (int i = 1; i < sim.n_runnable; i++) {
        if (sim.runnable[i]->priority > best->priority)
            best = sim.runnable[i];
    }
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
    if (sim.n_runnable == 1)
        return sim.runnable[0];
    return sim.runnable[sim_rng_below(&sim.chance, (uint32_t)sim.n_runnable)];
}

// ---- Waiting for a number of points ----

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

static void wake_counting(void)
{
    sim.next_due_point = UINT64_MAX;
    struct sim_thread *thread = sim.counting.first;
    while (thread != NULL) {
        struct sim_thread *next = thread->next;
        if (thread->due_point <= sim.points)
            sim_wake(thread, 0);
        else if (thread->due_point < sim.next_due_point)
            sim.next_due_point = thread->due_point;
        thread = next;
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
    while (sim.n_runnable == 0) {
        if (sim.n_timers == 0)
            sim_report_deadlock();
        if (sim.now_ns < sim.next_due_ns)
            sim.now_ns = sim.next_due_ns;
        sim_timers_fire();
    }
}

// ---- Waiting ----

void sim_queue_add(struct sim_queue *queue, struct sim_thread *thread)
{
    thread->queue = queue;
    thread->previous = NULL;
    thread->next = queue->first;
    if (queue->first != NULL)
        queue->first->previous = thread;
    queue->first = thread;
    queue->count++;
}

void sim_queue_remove(struct sim_thread *thread)
{
    struct sim_queue *queue = thread->queue;
    if (thread->previous != NULL)
        thread->previous->next = thread->next;
    else
        queue->first = thread->next;
    if (thread->next != NULL)
        thread->next->previous = thread->previous;
    queue->count--;
    thread->queue = NULL;
}

struct sim_thread *sim_queue_at(const struct sim_queue *queue, uint32_t k)
{
    struct sim_thread *thread = queue->first;
    while (k-- > 0)
        thread = thread->next;
    return thread;
}

int sim_wait(struct sim_queue *queue, int64_t due_ns,
             const struct sim_reason *reason, const void *object,
             const void *place)
{
    struct sim_thread *self = sim.self;
    self->reason = reason;
    self->object = object;
    self->place = place;
    if (queue != NULL)
        sim_queue_add(queue, self);
    if (due_ns != NEVER)
        sim_timers_add(self, due_ns);
    stop_being_runnable(self);
    sim_check_circle(self);
    if (sim.n_runnable == 0)
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

static struct sim_thread *choose_waiter(const struct sim_queue *queue)
{
    struct sim_thread *chosen = queue->first;
    if (queue->count == 1)
        return chosen;
    if (sim.policy == SIM_UNIFORM)
        return sim_queue_at(queue, sim_rng_below(&sim.chance, queue->count));
    for (struct sim_thread *thread = chosen->next; thread != NULL;
         thread = thread->next) {
        if (thread->priority > chosen->priority)
            chosen = thread;
    }
    return chosen;
}

void sim_wake_one(struct sim_queue *queue)
{
    struct sim_thread *chosen;
    do {
        chosen = choose_waiter(queue);
        sim_wake(chosen, 0);
        chosen->woken_from = queue;
    } while (chosen->frozen && queue->first != NULL);
}

void sim_wake_all(struct sim_queue *queue)
{
    while (queue->first != NULL)
        sim_wake(queue->first, 0);
}

void sim_wake_few(const void *object)
{
    struct sim_thread *thread = sim.few.first;
    while (thread != NULL) {
        struct sim_thread *next = thread->next;
        if (thread->object == object)
            sim_wake(thread, 0);
        thread = next;
    }
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
    stop_being_runnable(self);
    if (sim.n_runnable == 0)
        await_timer();
    sim.self = next_thread();
    sim_fiber_leave(&self->fiber, &sim.self->fiber);
}

// Whoever was to go on with what it waited for will not: another may.
static void pass_on_wake(struct sim_thread *thread)
{
    struct sim_queue *queue = thread->woken_from;
    thread->woken_from = NULL;
    if (queue != NULL && queue->first != NULL)
        sim_wake_one(queue);
}

void sim_schedule_remove(struct sim_thread *thread)
{
    if (thread->queue != NULL)
        sim_queue_remove(thread);
    if (thread->timer != NO_POSITION)
        sim_timers_remove(thread);
    if (thread->position != NO_POSITION)
        stop_being_runnable(thread);
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
    thread->is_ready = thread->position != NO_POSITION;
    if (thread->is_ready)
        stop_being_runnable(thread);
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

void sim_schedule_make_room(int n_threads)
{
    size_t before = (size_t)sim.n_slots, after = before + (size_t)n_threads;
    sim.runnable =
        sim_enlarge(sim.runnable, before * sizeof(struct sim_thread *),
                    after * sizeof(struct sim_thread *));
    sim.timers = sim_enlarge(sim.timers, before * sizeof *sim.timers,
                             after * sizeof *sim.timers);
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
