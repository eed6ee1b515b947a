// The back end on threads of the system, which pass a turn. Slow (a futex call
// a switch), but a debugger sees every thread.
#ifndef SIM_OSTHREAD_H
#define SIM_OSTHREAD_H

#include "sim/fiber.h"

// As in fiber.h, but the stack is always the system's: there is more on it than
// on a fiber's.
int sim_osthread_make(struct sim_fiber *fiber, size_t size);
void sim_osthread_switch(struct sim_fiber *from, struct sim_fiber *to);
_Noreturn void sim_osthread_leave(struct sim_fiber *from, struct sim_fiber *to);
void sim_osthread_destroy(struct sim_fiber *fiber);
void sim_osthread_name(const struct sim_fiber *fiber, const char *name);

#endif
