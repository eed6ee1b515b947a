// The simulator's self-check: threads, queues, timers, locks and stacks must be
// consistent. A build for debugging checks at scheduling points (schedule.c).
// An inconsistency is a bug of the simulator, not of the program. But the
// program can have overwritten a queue that lies in its memory.
#include "sim/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

// Reports an inconsistency.
//   thread  the subject of the sentence
__attribute__((format(printf, 2, 3))) static _Noreturn void disagree(
    const struct sim_thread *thread, const char *format, ...)
{
    char sentence[200], message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    snprintf(message, sizeof message,
             "the simulator disagrees with itself: %s %s",
             sim_who(thread->number).text, sentence);
    sim_fail(message);
}

static bool is_alive(const struct sim_thread *thread)
{
    return thread->id != 0 && !thread->ended && !thread->stopped;
}

// Could the thread run if its server did not pause?
static bool is_ready(const struct sim_thread *thread)
{
    return sim_is_runnable(thread) || thread->is_ready;
}

static bool waits_in_queue(const struct sim_thread *thread)
{
    return thread->entry.queue != NULL && !sim_is_runnable(thread);
}

// ---- Queues ----

// Does this queue belong to no single object?
static bool is_general(const struct sim_queue *queue)
{
    return queue == &sim.runnable || queue == &sim.timers ||
           queue == &sim.shared_waiters || queue == &sim.counting;
}

static void check_place(const struct sim_entry *entry)
{
    const struct sim_queue *queue = entry->queue;
    if (!is_general(queue))
        sim_queue_check(entry);
    if (entry->position >= queue->count)
        disagree(entry->thread, "is at position %u of a queue of %u",
                 entry->position, queue->count);
    const struct sim_entry *there = queue->entries[entry->position];
    if (there != entry)
        disagree(entry->thread,
                 "is not at its position, %u, in its queue: "
                 "thread %d is",
                 entry->position, there->thread->number);
    if (entry->position == 0)
        return;
    const struct sim_entry *above = queue->entries[(entry->position - 1) / 2];
    if (sim_goes_before(entry, above))
        disagree(entry->thread,
                 "goes before thread %d, which is above it in "
                 "its queue",
                 above->thread->number);
}

// Each thread in the queue must have an entry that points to the queue.
static void check_queue(const struct sim_queue *queue)
{
    for (uint32_t i = 0; i < queue->count; i++) {
        const struct sim_entry *entry = queue->entries[i];
        if (entry->queue != queue || entry->position != i)
            disagree(entry->thread,
                     "is at position %u of a queue, and does "
                     "not say so",
                     i);
    }
}

// The threads in the queue of one object must wait for that object.
static void check_object(const struct sim_thread *thread)
{
    const struct sim_queue *queue = thread->entry.queue;
    if (is_general(queue))
        return;
    const struct sim_thread *first = sim_queue_at(queue, 0);
    bool is_cond = thread->relocks;
    if (thread->object != first->object || is_cond != first->relocks)
        disagree(thread, "waits for another object than thread %d in its queue",
                 first->number);
    if (is_cond && thread->relock.mutex != first->relock.mutex)
        disagree(thread,
                 "will lock another mutex than thread %d, which waits "
                 "on the same condition variable",
                 first->number);
}

// ---- Threads ----

static void check_state(const struct sim_thread *thread)
{
    bool is_queued = thread->entry.queue != NULL;
    bool has_timer = thread->timer.queue != NULL;
    if (!is_alive(thread) && (is_queued || has_timer))
        disagree(thread, "has ended, but is in a queue");
    if (thread->frozen && sim_is_runnable(thread))
        disagree(thread, "is frozen, but can run");
    if (thread->is_ready && !thread->frozen)
        disagree(thread, "is kept from running, but not frozen");
    if (is_ready(thread) && (has_timer || thread->relocks))
        disagree(thread, "can run, but still waits");
    if ((waits_in_queue(thread) || has_timer) && thread->reason == NULL)
        disagree(thread, "waits for no reason");
    if (thread->relocks && *thread->relock.owner == sim_mark(thread))
        disagree(thread, "waits on a condition variable with its mutex locked");
}

// ---- Objects that are waited for ----

static bool is_another_ready(const struct sim_thread *waiter)
{
    for (int slot = 0; slot < sim.n_slots; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        if (is_alive(thread) && is_ready(thread) && thread->reason != NULL &&
            thread->object == waiter->object)
            return true;
    }
    return false;
}

// A thread must not wait for an object that is free, unless another thread was
// woken, which will take the object or wake the next thread. Else the waiter
// was forgotten.
static void check_need(const struct sim_thread *waiter)
{
    const struct sim_reason *reason = waiter->reason;
    if (reason->must_wait != NULL && !reason->must_wait(waiter->object) &&
        !is_another_ready(waiter))
        disagree(waiter, "waits %s without need, and nobody has been woken",
                 reason->text);
}

static bool has_hold(const struct sim_thread *thread, const void *lock)
{
    const struct sim_hold *hold = thread->holds;
    while (hold != NULL && hold->lock != lock)
        hold = hold->next;
    return hold != NULL;
}

static bool is_named(const struct sim_thread *waiter, int number)
{
    struct sim_holder holder = { 0 };
    while (waiter->reason->next_holder(waiter->object, &holder)) {
        if (holder.number == number)
            return true;
    }
    return false;
}

// The threads that a lock names as its holders must hold it. False if the named
// threads are waiting writers, which a reader waits for, too.
static bool check_named(const struct sim_thread *waiter)
{
    struct sim_holder holder = { 0 };
    while (waiter->reason->next_holder(waiter->object, &holder)) {
        if (holder.at != waiter->object && holder.since == NULL)
            return false;
        const struct sim_thread *thread = sim_thread_of_number(holder.number);
        if (thread != NULL && !thread->has_abandoned &&
            !has_hold(thread, waiter->object))
            disagree(waiter,
                     "waits %s, which thread %d is said to hold, but "
                     "does not",
                     waiter->reason->text, holder.number);
    }
    return true;
}

// A lock must name all threads that hold it.
static void check_holders(const struct sim_thread *waiter)
{
    if (waiter->reason->next_holder == NULL || waiter->reason->is_long ||
        !check_named(waiter))
        return;
    for (int slot = 0; slot < sim.n_slots; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        if (is_alive(thread) && has_hold(thread, waiter->object) &&
            !is_named(waiter, thread->number))
            disagree(waiter,
                     "waits %s, which thread %d holds, but is not said "
                     "to",
                     waiter->reason->text, thread->number);
    }
}

static void check_wait(const struct sim_thread *thread)
{
    check_object(thread);
    check_need(thread);
    if (thread->entry.position == 0 || is_general(thread->entry.queue))
        check_holders(thread);
}

// ---- Stacks ----

static void check_stack(const struct sim_thread *thread)
{
    const struct sim_fiber *fiber = &thread->fiber;
    if (fiber->mapped != NULL && (fiber->mapped < fiber->stack ||
                                  fiber->mapped > fiber->stack + fiber->size))
        disagree(thread, "has a stack that is mapped beside itself");
}

// Nothing may be mapped below a stack, so that an overflow is a fault.
static void check_below_stack(const struct sim_thread *thread)
{
    if (thread->id == 0 || thread->fiber.mapped == NULL)
        return;  // No thread, or its stack is the program's or the system's.
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char residency;
    if (mincore(thread->fiber.stack - page, page, &residency) == 0 ||
        errno != ENOMEM)
        disagree(thread, "could overflow its stack: something is mapped below");
}

// Checks one stack each time, because that takes a system call.
static void check_below_next_stack(void)
{
    static int next;
    check_below_stack(sim_thread_at(next++ % sim.n_slots));
}

// ---- All of it ----

struct totals {
    int alive;
    uint32_t runnable;
    uint32_t timers;
};

static void check_thread(const struct sim_thread *thread, struct totals *totals)
{
    check_state(thread);
    check_stack(thread);
    totals->alive += is_alive(thread);
    totals->runnable += sim_is_runnable(thread);
    totals->timers += thread->timer.queue != NULL;
    if (thread->timer.queue != NULL)
        check_place(&thread->timer);
    if (thread->entry.queue == NULL)
        return;
    check_place(&thread->entry);
    if (thread->entry.position == 0)
        check_queue(thread->entry.queue);
    if (waits_in_queue(thread))
        check_wait(thread);
}

static void check_timers(void)
{
    int64_t due_ns = sim.limit_ns;
    if (sim.timers.count > 0 && sim.timers.entries[0]->rank < due_ns)
        due_ns = sim.timers.entries[0]->rank;
    if (sim.next_due_ns != due_ns)
        disagree(sim.self, "runs; the next timer is due at %lld, not at %lld",
                 (long long)due_ns, (long long)sim.next_due_ns);
    if (due_ns <= sim.now_ns)
        disagree(sim.self, "runs; a timer is overdue since %lld",
                 (long long)due_ns);
    for (uint32_t i = 0; i < sim.counting.count; i++) {
        const struct sim_thread *thread = sim_queue_at(&sim.counting, i);
        if (thread->due_point < sim.next_due_point)
            disagree(thread, "is due at point %llu, before the first that is",
                     (unsigned long long)thread->due_point);
    }
}

void sim_self_check(void)
{
    struct totals totals = { 0 };
    int saved_errno = errno;
    for (int slot = 0; slot < sim.n_slots; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        if (thread->id != 0)
            check_thread(thread, &totals);
    }
    if (totals.alive != sim.n_alive || totals.runnable != sim.runnable.count ||
        totals.timers != sim.timers.count)
        disagree(sim.self,
                 "runs; alive are %d threads, not %d, %u can run, "
                 "not %u, %u wait for a time, not %u",
                 totals.alive, sim.n_alive, totals.runnable, sim.runnable.count,
                 totals.timers, sim.timers.count);
    check_timers();
    check_below_next_stack();
    errno = saved_errno;
}
