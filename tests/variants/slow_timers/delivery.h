// What goes up to the service, in order, by a thread of its own: the service
// may be slow, and may be asking something of us before it takes the next.
#ifndef SLOW_TIMERS_DELIVERY_H
#define SLOW_TIMERS_DELIVERY_H

#include "raft/raft.h"

struct delivery;

struct delivery *delivery_start(struct channel *apply_ch);

// Leaves a message to the thread; what it points to is the receiver's.
void delivery_add(struct delivery *delivery, struct apply_msg msg);

// Nothing more is delivered, but for what is being sent. Does not wait.
void delivery_end(struct delivery *delivery);

// Waits for the thread of an ended delivery, and frees all.
void delivery_free(struct delivery *delivery);

#endif
