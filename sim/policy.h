// A policy chooses the next of several threads. Each has a file: policy_*.c.
// policy.c is the door to the one that the simulation has.
#ifndef SIM_POLICY_H
#define SIM_POLICY_H

#include "sim/internal.h"

struct sim_policy {
    const char *name;

    // The depth if the name does not give it ("pct:5"); 0: it has none.
    int depth;

    // Begins the simulation. NULL, here and below: nothing is to be done.
    void (*start)(int depth);

    // Prepares a new thread, which is in no queue yet.
    //   number  random
    void (*add)(struct sim_thread *thread, uint64_t number);

    // Prepares a thread to run. It is in no queue, and then in sim.runnable.
    void (*prepare)(struct sim_thread *thread);

    // Puts a thread behind all others.
    void (*put_last)(struct sim_thread *thread);

    // Chooses the thread of sim.runnable that runs next.
    struct sim_thread *(*next)(void);

    // Chooses the thread of a queue of waiters that is woken.
    struct sim_thread *(*choose)(const struct sim_queue *queue);
};

extern const struct sim_policy sim_policy_uniform;
extern const struct sim_policy sim_policy_pct;
extern const struct sim_policy sim_policy_pos;

#endif
