// The lives of servers. A server can crash or freeze at any point, while the
// rest of the program goes on.
//
// Every thread is at any time inside one server's code, or outside of all. A
// thread that a server's code makes belongs to that server, which is its home.
// Such a thread goes out to call the rest of the program (sim_life_go_out). Any
// other thread comes in for one call (sim_life_run), which begins with setjmp:
// if the server crashes meanwhile, the thread leaves by longjmp. A thread
// inside a server reads the server's clock.
//
// So a thread that is stopped inside may hold the server's own locks, but no
// lock of the rest of the program.
#include "sim/internal.h"

#include <stdlib.h>

static bool is_paused(const void *object)
{
    return ((const struct sim_life *)object)->paused;
}

static const struct sim_reason to_be_thawed = {
    .text = "for the end of its server's pause", .must_wait = is_paused
};

struct sim_life *sim_life_make(int number)
{
    struct sim_life *life = calloc(1, sizeof *life);
    if (life == NULL)
        sim_fail("out of memory");
    life->number = number;
    return life;
}

struct sim_life *sim_life_inside(void)
{
    return sim.on ? sim.self->inside : NULL;
}

// ---- Coming in and going out ----

static void await_thaw(struct sim_life *life)
{
    while (life->paused)
        sim_wait(&life->entrance, NEVER, &to_be_thawed, life, NULL);
}

static void begin_visit(struct sim_visit *visit, struct sim_life *life)
{
    struct sim_thread *self = sim.self;
    visit->life = life;
    visit->outer = self->visit;
    visit->where = self->inside;
    visit->n_holds = self->n_holds;
    visit->cleanup = self->cleanup;
    visit->cancel_disabled = self->cancel_disabled;
    visit->cancel_asynchronous = self->cancel_asynchronous;
    self->visit = visit;
    self->inside = life;
}

static void end_visit(const struct sim_visit *visit)
{
    struct sim_thread *self = sim.self;
    self->visit = visit->outer;
    self->inside = visit->where;
}

// Undoes what a thread has done in the server that it jumped out of.
static void clear_traces(const struct sim_visit *visit)
{
    struct sim_thread *self = sim.self;
    self->reason = NULL;
    self->relocks = false;
    self->woken_from = NULL;
    sim_holds_abandon(visit->n_holds);
    self->cleanup = visit->cleanup;
    self->cancel_disabled = visit->cancel_disabled;
    self->cancel_asynchronous = visit->cancel_asynchronous;
}

bool sim_life_run(struct sim_life *life, void (*run)(void *arg), void *arg)
{
    if (!sim.on || life == NULL || sim.self->inside == life) {
        run(arg);
        return true;
    }
    if (life->dead)
        return false;
    struct sim_visit visit;
    begin_visit(&visit, life);
    if (setjmp(visit.way_out) != 0) {
        clear_traces(&visit);
        end_visit(&visit);
        return false;
    }
    await_thaw(life);
    run(arg);
    end_visit(&visit);
    return true;
}

// Stops a thread for ever. Its stack stays: other threads may have pointers
// into it.
static void stop(struct sim_thread *thread)
{
    thread->stopped = true;
    thread->reason = NULL;
    thread->relocks = false;
    sim.n_alive--;
}

static bool is_visiting(const struct sim_thread *thread,
                        const struct sim_life *life)
{
    return thread->visit != NULL && thread->visit->life == life;
}

struct sim_life *sim_life_go_out(void)
{
    if (!sim.on)
        return NULL;
    struct sim_thread *self = sim.self;
    struct sim_life *from = self->inside;
    self->inside = NULL;
    return from;
}

void sim_life_come_back(struct sim_life *to)
{
    if (!sim.on || to == NULL)
        return;
    struct sim_thread *self = sim.self;
    self->inside = to;
    if (!to->dead) {
        await_thaw(to);
        return;
    }
    if (is_visiting(self, to))
        sim_schedule_leave();
    sim_release(to);
    stop(self);
    for (;;)
        sim_switch_to(sim_begin_wait(NULL, NEVER, NULL, NULL, NULL));
}

// ---- Crashing ----

// The next thread, from this slot on, that is inside the server; NULL if there
// is none.
static struct sim_thread *next_inside(const struct sim_life *life, int *slot)
{
    while (*slot < sim.n_slots) {
        struct sim_thread *thread = sim_thread_at((*slot)++);
        if (thread->id != 0 && !thread->ended && !thread->stopped &&
            thread->inside == life)
            return thread;
    }
    return NULL;
}

static void check_outside(const struct sim_life *life, const char *what)
{
    if (sim.self->inside == life)
        sim_misuse(HERE, "%s the server whose code it runs", what);
}

// Orders all that the crashed server's threads have done before what its
// visitors do next. The threads may have pointers into a visitor's stack, which
// is used again once it has left. They have stopped by then, so that is no
// race.
static void release_all(struct sim_life *life)
{
    for (int slot = 0; slot < sim.n_slots; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        if (thread->id != 0 && !thread->ended &&
            (thread->home == life || thread->inside == life))
            sim_fiber_release(&thread->fiber, life);
    }
}

void sim_life_crash(struct sim_life *life)
{
    check_outside(life, "crashes");
    if (life->dead)
        return;
    life->dead = true;
    life->paused = false;
    release_all(life);
    int slot = 0;
    struct sim_thread *thread;
    while ((thread = next_inside(life, &slot)) != NULL) {
        thread->frozen = false;
        thread->is_ready = false;
        sim_schedule_remove(thread);
        if (is_visiting(thread, life)) {
            thread->leaves = true;
            thread->relocks = false;
            sim_schedule_return(thread);
        } else {
            stop(thread);
        }
    }
}

int sim_life_outside(struct sim_life *life)
{
    int count = 0;
    for (int slot = 0; slot < sim.n_slots; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        count += thread->id != 0 && !thread->ended && !thread->stopped &&
                 thread->home == life;
    }
    if (count == 0)
        sim_acquire(life);  // Waiting for them is like joining them.
    return count;
}

// ---- Pausing ----

static void thaw(struct sim_life *life)
{
    life->paused = false;
    int slot = 0;
    struct sim_thread *thread;
    while ((thread = next_inside(life, &slot)) != NULL)
        sim_schedule_thaw(thread);
    sim_wake_all(&life->entrance);
}

static void *resume_later(void *arg)
{
    static const struct sim_reason to_resume = { .text = "to resume a server" };
    struct sim_life *life = arg;
    while (life->paused && sim.now_ns < life->resume_ns)
        sim_wait(NULL, life->resume_ns, &to_resume, life, NULL);
    life->has_resumer = false;
    if (!life->paused)
        return NULL;
    thaw(life);
    if (life->resumed == NULL)
        return NULL;
    // This thread is none of the program's, so nothing that it reads can race.
    sim_hide_begin();
    life->resumed(life->resumed_arg);
    sim_hide_end();
    return NULL;
}

static void start_resumer(struct sim_life *life)
{
    pthread_t id;
    life->has_resumer = true;  // Set first: the thread may end at once.
    if (sim_thread_create(&id, NULL, resume_later, life) != 0)
        sim_fail("out of threads");
    sim_thread_detach(id, HERE);
}

void sim_life_pause(struct sim_life *life, int64_t ns, void (*resumed)(void *),
                    void *arg)
{
    check_outside(life, "pauses");
    if (life->dead)
        return;
    life->resumed = resumed;
    life->resumed_arg = arg;
    int64_t resume_ns = sim.now_ns + ns;
    if (!life->paused || resume_ns > life->resume_ns)
        life->resume_ns = resume_ns;
    int slot = 0;
    struct sim_thread *thread;
    while (!life->paused && (thread = next_inside(life, &slot)) != NULL)
        sim_schedule_freeze(thread);
    life->paused = true;
    if (!life->has_resumer)
        start_resumer(life);
}

bool sim_life_is_paused(const struct sim_life *life)
{
    return life->paused;
}
