// A stack of its own and a place to go on: what a simulated thread runs on.
// One runs at a time; it says to whom it hands over. Two back ends: fiber.c
// switches stacks, osthread.c passes a turn between threads of the system.
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include "sim/sim.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct sim_fiber {
    void *context;      // Where it goes on; fiber.c.
    const void *frame;  // The innermost frame on its stack while it waits.
    int saved_errno;

    char *stack;  // The lowest address; NULL: the system made it.
    size_t size;
    // From here up it is mapped; NULL if the program or the system made it.
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

// Goes on with `to`, whose thread is sim.self already. Returns when somebody
// switches back to `from`, which is the caller.
void sim_fiber_switch(struct sim_fiber *from, struct sim_fiber *to);

// Hands over for the last time; somebody destroys `from` later.
_Noreturn void sim_fiber_leave(struct sim_fiber *from, struct sim_fiber *to);

// Frees a fiber that does not run and will not run again.
void sim_fiber_destroy(struct sim_fiber *fiber);

// Maps more of the fiber's stack, if the address lies in what is not mapped yet
// of it. Returns whether it does.
bool sim_fiber_grow(struct sim_fiber *fiber, const void *address);

// Does the address lie below the fiber's stack, so that it overflows?
bool sim_fiber_is_below(const struct sim_fiber *fiber, const void *address);

// For ThreadSanitizer: what a fiber that waits has done so far happens before
// what is done after the acquisition of the object (sim_acquire).
void sim_fiber_release(const struct sim_fiber *fiber, void *object);

// The debugger's name of the fiber.
void sim_fiber_name(const struct sim_fiber *fiber, const char *name);

#endif
