// A fiber is the stack and the saved context of a simulated thread. One runs at
// a time, and chooses the one that it switches to. There are two back ends:
// fiber.c switches stacks, osthread.c passes the turn between threads of the
// system.
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include "sim/sim.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct sim_fiber {
    void *context;      // Its saved context; fiber.c.
    const void *frame;  // The innermost frame on its stack while it waits.
    int saved_errno;

    char *stack;  // The lowest address; NULL: the system's.
    size_t size;
    // The stack is mapped from here up; NULL: the program's or the system's.
    char *mapped;

    void (*run)(void *arg);
    void *arg;

    void *fake_stack;  // AddressSanitizer's.
    void *tsan;        // ThreadSanitizer's.

    pthread_t os_thread;  // osthread.c.
    atomic_int turn;
    bool stop;
};

// The calling thread of the system becomes the first fiber.
void sim_fiber_start(struct sim_fiber *fiber, enum sim_back_end back_end);

// Makes a fiber that runs run(arg) when it is first switched to; run must not
// return. Returns 0, or the error that pthread_create would return.
//   stack  of that size, the program's own; or NULL
int sim_fiber_make(struct sim_fiber *fiber, void *stack, size_t size,
                   void (*run)(void *arg), void *arg);

// Switches from the caller's fiber to `to`, whose thread is sim.self already.
// Returns when another fiber switches back to `from`.
void sim_fiber_switch(struct sim_fiber *from, struct sim_fiber *to);

// Switches for the last time. `from` is destroyed later.
_Noreturn void sim_fiber_leave(struct sim_fiber *from, struct sim_fiber *to);

// Frees a fiber that does not run and will not run again.
void sim_fiber_destroy(struct sim_fiber *fiber);

// If the address lies in the part of the fiber's stack that is not mapped yet,
// maps it and returns true.
bool sim_fiber_grow(struct sim_fiber *fiber, const void *address);

// Does the address lie below the fiber's stack, so that it overflows?
bool sim_fiber_is_below(const struct sim_fiber *fiber, const void *address);

// For ThreadSanitizer: all that a waiting fiber has done so far happens before
// all that is done after sim_acquire of the object.
void sim_fiber_release(const struct sim_fiber *fiber, void *object);

// Sets the name that debuggers show.
void sim_fiber_name(const struct sim_fiber *fiber, const char *name);

#endif
