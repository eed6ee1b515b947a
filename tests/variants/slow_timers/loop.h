// An event loop: one thread handles one event after the other. Data that only
// this thread uses needs no lock.
#ifndef SLOW_TIMERS_LOOP_H
#define SLOW_TIMERS_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

// An event. It is part of a larger struct with the details.
struct event {
    void (*act)(struct event *event);  // Called on the loop's thread.

    // Private to the loop.
    struct event *next;
    bool is_asked;
    bool is_done;
};

// Makes a loop without its thread.
//   settle   called on the loop's thread after each batch of events, and at the
//            moment, on clock_now_ns(), that it returned the last time
struct loop *loop_make(int64_t (*settle)(void *owner), void *owner);

// Starts the thread. It takes all events that there are, calls act for each in
// order, then settle, and so on.
void loop_start(struct loop *loop);

// Hands an event to the loop. act frees it.
void loop_tell(struct loop *loop, struct event *event);

// Hands an event to the loop, and waits until settle has been called after it.
// The caller still owns the event.
void loop_ask(struct loop *loop, struct event *event);

// Waits until all events are handled, ends the thread and frees the loop.
void loop_stop(struct loop *loop);

#endif
