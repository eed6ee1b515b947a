// Go's channel: a queue that hands items from thread to thread.
#ifndef RT_CHANNEL_H
#define RT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct channel;

// A channel for items of item_size bytes; channel_free frees it.
//   capacity  how many sent items may wait to be received; with 0 a send
//             returns only when its item has been received, as in Go
struct channel *channel_make(size_t item_size, int capacity);

// Sends a copy of *item, waiting for room. What the item points to now
// belongs to the receiver. Sending on a closed channel is a bug: it asserts.
//   locks  blocks: call it with no lock held that the receiver might want
void channel_send(struct channel *ch, const void *item);

// Receives into *item, waiting for a sender. False if the channel is closed
// and everything sent before has been received; *item is untouched then.
bool channel_receive(struct channel *ch, void *item);

// No more items will be sent; receivers take what there is, then get false.
void channel_close(struct channel *ch);

// Frees a channel that nobody uses any more.
void channel_free(struct channel *ch);

#endif
