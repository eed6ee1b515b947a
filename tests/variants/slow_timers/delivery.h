// Delivers messages to the service, in order, on a thread of its own: the
// service may be slow, and may call the Raft before it takes the next message.
#ifndef SLOW_TIMERS_DELIVERY_H
#define SLOW_TIMERS_DELIVERY_H

#include "raft/raft.h"

struct delivery;

struct delivery *delivery_start(struct channel *apply_ch);

// Hands a message to the thread. The receiver owns what it points to.
void delivery_add(struct delivery *delivery, struct apply_msg msg);

// Stops delivery, except for the message that is being sent. Does not wait.
void delivery_end(struct delivery *delivery);

// Waits for the thread of a stopped delivery, and frees everything.
void delivery_free(struct delivery *delivery);

#endif
