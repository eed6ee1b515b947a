// The scheduler: which thread runs, and how virtual time passes.
#include "sim/internal.h"
#include "sim/policy.h"

#include <errno.h>

static void become_runnable(struct sim_thread *thread)
{
    if (__builtin_expect(thread->frozen, 0)) {
        thread->is_ready = true;
        return;
    }
    sim_policy_prepare(thread);
    sim_queue_add(&sim.runnable, &thread->entry);
}

// ---- Waiting for a number of points ----

// Wakes the threads of a queue for which is_so() is true. It goes from the last
// position to the first. When a thread leaves, another takes its position. That
// one has been checked already, or is checked next.
static void wake_some(struct sim_queue *queue,
                      bool (*is_so)(const struct sim_thread *thread,
                                    const void *object),
                      const void *object)
{
    for (uint32_t i = queue->count; i-- > 0;) {
        while (i < queue->count && is_so(sim_queue_at(queue, i), object))
            sim_wake(sim_queue_at(queue, i), 0);
    }
}

static const struct sim_reason to_run_on = {
    .text = "for a number of scheduling points"
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
        uint64_t due_point = sim_queue_at(&sim.counting, i)->due_point;
        if (due_point < sim.next_due_point)
            sim.next_due_point = due_point;
    }
}

// ---- Turns ----

// A build for debugging defines SIM_CHECKS. All of a short test is checked, and
// of a long one as much as its time allows.
#define FIRST_CHECKED 1000
#define CHECK_EVERY   16

static inline void check_self(void)
{
#ifdef SIM_CHECKS
    if (sim.points < FIRST_CHECKED || sim.points % CHECK_EVERY == 0)
        sim_self_check();
#endif
}

// Wakes all threads whose timers are due.
static void fire_timers(void)
{
    if (sim.now_ns >= sim.limit_ns)
        sim_report_limit();
    struct sim_thread *thread;
    while ((thread = sim_timers_due()) != NULL)
        sim_wake(thread, ETIMEDOUT);
}

struct sim_thread *sim_next_thread(void)
{
    sim.points++;
    sim.now_ns += POINT_NS;
    if (__builtin_expect(sim.now_ns >= sim.next_due_ns, 0))
        fire_timers();
    if (__builtin_expect(sim.points >= sim.next_due_point, 0))
        wake_counting();
    check_self();
    struct sim_thread *next =
        __builtin_expect(sim.taped, 0) ? sim_tape_next() : sim.policy->next();
    next->points++;
    sim_hash_add((uint64_t)next->number);
    return next;
}

void sim_schedule_free_ended(void)
{
    struct sim_thread *thread = sim.last_ended;
    if (thread == NULL)
        return;
    sim.last_ended = NULL;
    if (thread->number != 0)
        sim_fiber_destroy(&thread->fiber);
    if (thread->detached)
        sim_table_remove(thread);
}

void sim_schedule_leave(void)
{
    struct sim_thread *self = sim.self;
    self->leaves = false;
    sim_acquire(self->visit->life);
    longjmp(self->visit->way_out, 1);
}

// Called when no thread can run. Time jumps to the first timer. Without a timer
// it is a deadlock.
static void await_timer(void)
{
    while (sim.runnable.count == 0) {
        if (sim.timers.count == 0)
            sim_report_deadlock();
        if (sim.now_ns < sim.next_due_ns)
            sim.now_ns = sim.next_due_ns;
        fire_timers();
    }
}

// ---- Waiting ----

struct sim_thread *sim_begin_wait(struct sim_queue *queue, int64_t due_ns,
                                  const struct sim_reason *reason,
                                  const void *object, const void *place)
{
    struct sim_thread *self = sim.self;
    self->reason = reason;
    self->object = object;
    self->touches = self->relocks ? self->relock.mutex : object;
    self->place = place;
    self->wait_began_ns = sim.now_ns;
    sim_queue_remove(&self->entry);
    if (queue != NULL)
        sim_queue_add(queue, &self->entry);
    if (due_ns != NEVER)
        sim_timers_add(self, due_ns);
    sim_check_circle(self);
    if (__builtin_expect(sim.watcher != NULL, 0))
        sim_watch_wait(self);
    if (sim.runnable.count == 0)
        await_timer();
    return sim_next_thread();
}

// Called when a thread's wait on a condition variable has ended. If the mutex
// is locked, the thread waits for that next, without running, and true is
// returned.
static bool goes_on_waiting(struct sim_thread *thread)
{
    const struct sim_relock *relock = &thread->relock;
    if (*relock->owner == 0)
        return false;
    thread->reason = relock->reason;
    thread->object = relock->mutex;
    sim_queue_add(relock->waiters, &thread->entry);
    sim_check_circle(thread);
    if (__builtin_expect(sim.watcher != NULL, 0))
        sim_watch_wait(thread);
    return true;
}

void sim_wake(struct sim_thread *thread, int result)
{
    if (thread->entry.queue != NULL)
        sim_queue_remove(&thread->entry);
    if (thread->timer.queue != NULL)
        sim_timers_remove(thread);
    if (thread->relocks) {
        thread->relocks = false;
        thread->cond_result = result;
        if (goes_on_waiting(thread))
            return;
    }
    thread->result = result;
    become_runnable(thread);
}

void sim_wake_one(struct sim_queue *queue)
{
    struct sim_thread *chosen;
    do {
        chosen = sim_policy_choose(queue);
        if (__builtin_expect(sim.taped, 0))
            chosen = sim_tape_choose(queue, chosen);
        sim_wake(chosen, 0);
        chosen->woken_from = queue;
    } while (chosen->frozen && queue->count > 0);
}

void sim_wake_all(struct sim_queue *queue)
{
    while (queue->count > 0)
        sim_wake(sim_queue_at(queue, queue->count - 1), 0);
}

static bool waits_for(const struct sim_thread *thread, const void *object)
{
    return thread->object == object;
}

void sim_wake_shared(const void *object)
{
    wake_some(&sim.shared_waiters, waits_for, object);
}

// ---- Adding and removing threads ----

void sim_schedule_add(struct sim_thread *thread)
{
    sim_policy_add(thread);
    become_runnable(thread);
}

void sim_schedule_end(void)
{
    struct sim_thread *self = sim.self;
    sim_queue_remove(&self->entry);
    if (sim.runnable.count == 0)
        await_timer();
    sim.self = sim_next_thread();
    if (__builtin_expect(sim.watcher != NULL, 0))
        sim_watch_turn(self, sim.self);
    sim_fiber_leave(&self->fiber, &sim.self->fiber);
}

// Called when a woken thread will not run. Wakes another of the queue that it
// was in.
static void pass_on_wake(struct sim_thread *thread)
{
    struct sim_queue *queue = thread->woken_from;
    thread->woken_from = NULL;
    if (queue != NULL && queue->count > 0)
        sim_wake_one(queue);
}

void sim_schedule_remove(struct sim_thread *thread)
{
    if (thread->entry.queue != NULL)
        sim_queue_remove(&thread->entry);
    if (thread->timer.queue != NULL)
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
        sim_queue_remove(&thread->entry);
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
    sim.has_access_points = options->access_points;
    struct sim_rng hash = sim_rng_make(options->seed, 4);
    sim.hash = sim_rng_next(&hash);
}
