// pthread_once and call_once. The state is an int, as the system's is. It has
// no room for a queue, so all threads that wait for a routine to return wait in
// sim.shared_waiters.
#include "sim/internal.h"
#include "sim/real.h"

#include <limits.h>

#define RUNNING INT_MIN

// The value of the system's pthread_once_t once its routine has run.
static int has_run;

static void do_nothing(void)
{
}

void sim_once_start(void)
{
    pthread_once_t done = PTHREAD_ONCE_INIT;
    __real_pthread_once(&done, do_nothing);
    has_run = done;
}

static bool is_running(const void *object)
{
    return *(const int *)object == RUNNING;
}

static const struct sim_reason to_see_it_run = {
    .text = "for the return of a function that is called once",
    .must_wait = is_running,
};

int sim_once(int *state, void (*routine)(void), const void *place)
{
    sim_point_before(state);
    if (*state == PTHREAD_ONCE_INIT) {
        *state = RUNNING;
        routine();
        sim_point();
        sim_release(state);
        *state = has_run;
        sim_wake_shared(state);
    }
    while (*state == RUNNING)
        sim_wait(&sim.shared_waiters, NEVER, &to_see_it_run, state, place);
    sim_acquire(state);
    return 0;
}

int __wrap_pthread_once(pthread_once_t *once, void (*routine)(void))
{
    if (!sim.on)
        return __real_pthread_once(once, routine);
    return sim_once(once, routine, HERE);
}
