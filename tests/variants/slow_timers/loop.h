// An event loop: one thread that does one thing after the other, so that what
// it alone touches needs no lock.
#ifndef SLOW_TIMERS_LOOP_H
#define SLOW_TIMERS_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

// Something that happened. It is part of a larger struct, which says what.
struct event {
    void (*act)(struct event *event);  // Called on the loop's thread.

    // The loop's own.
    struct event *next;
    bool is_asked;
    bool is_done;
};

// Makes a loop without its thread.
//   settle   called on the loop's thread after each batch of events, and at the
//            moment, on clock_now_ns(), that it returned the last time
struct loop *loop_make(int64_t (*settle)(void *owner), void *owner);

// Starts the thread. It takes all the events there are, calls act for each in
// the order in which they came, then settle; and so on.
void loop_start(struct loop *loop);

// Leaves an event to the loop. act frees it.
void loop_tell(struct loop *loop, struct event *event);

// Leaves an event to the loop, and waits until settle has been called after
// it. The event stays the caller's.
void loop_ask(struct loop *loop, struct event *event);

// Waits until all events are through, ends the thread and frees the loop.
void loop_stop(struct loop *loop);

#endif
