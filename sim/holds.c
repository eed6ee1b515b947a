// The locks that each thread holds: mutexes, rwlocks, spin locks. A mutex and a
// spin lock have their holder in themselves. These lists are for rwlocks, which
// do not have their readers, and for reports.
#include "sim/internal.h"

#define AT_A_TIME 1000

// Unused ones. Those of a crashed server are never used again.
static struct sim_hold *unused;

// Like an array of a queue (queue.c), it is touched only when it is taken.
static struct sim_hold *make_hold(void)
{
    static struct sim_hold *fresh;
    static int n_fresh;
    if (n_fresh == 0) {
        fresh = sim_reserve(AT_A_TIME * sizeof *fresh);
        n_fresh = AT_A_TIME;
    }
    n_fresh--;
    return fresh++;
}

static struct sim_hold *take_hold(void)
{
    struct sim_hold *hold = unused;
    if (hold == NULL)
        return make_hold();
    unused = hold->next;
    return hold;
}

struct sim_hold *sim_hold_add(const void *lock, const char *what,
                              const void *place)
{
    struct sim_thread *self = sim.self;
    struct sim_hold *hold = take_hold();
    *hold = (struct sim_hold){
        .lock = lock,
        .what = what,
        .place = place,
        .number = self->number,
        .life = self->inside,
        .next = self->holds,
    };
    self->holds = hold;
    self->n_holds++;
    if (__builtin_expect(sim.watcher != NULL, 0))
        sim_watch_lock(SIM_LOCKS, hold);
    return hold;
}

// The pointer to the calling thread's newest hold of this lock; or NULL.
static struct sim_hold **find_link(const void *lock)
{
    struct sim_hold **at = &sim.self->holds;
    while (*at != NULL && (*at)->lock != lock)
        at = &(*at)->next;
    return *at != NULL ? at : NULL;
}

struct sim_hold *sim_hold_find(const void *lock)
{
    struct sim_hold **link = find_link(lock);
    return link != NULL ? *link : NULL;
}

void sim_hold_remove(const void *lock)
{
    struct sim_hold **link = find_link(lock);
    if (link == NULL)
        return;
    struct sim_hold *hold = *link;
    if (__builtin_expect(sim.watcher != NULL, 0))
        sim_watch_lock(SIM_UNLOCKS, hold);
    *link = hold->next;
    sim.self->n_holds--;
    hold->next = unused;
    unused = hold;
}

void sim_holds_abandon(int n_holds)
{
    struct sim_thread *self = sim.self;
    for (; self->n_holds > n_holds; self->n_holds--) {
        self->holds = self->holds->next;
        self->has_abandoned = true;
    }
}

int sim_locks_held(void)
{
    return sim.on ? sim.self->n_holds : 0;
}

void sim_check_locks(int before, const char *function)
{
    if (!sim.on)
        return;
    const struct sim_hold *hold = sim.self->holds;
    for (int n = sim.self->n_holds; n > before; n--) {
        if (!hold->was_tried)
            sim_report_kept(function, hold);
        hold = hold->next;
    }
}
