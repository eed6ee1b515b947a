// Go's channel: a queue of items from sending to receiving threads.
#ifndef RT_CHANNEL_H
#define RT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct channel;

// Makes a channel for items of item_size bytes; channel_free frees it.
//   capacity  this many items can wait to be received; with 0 a send returns
//             only when its item has been received, as in Go
struct channel *channel_make(size_t item_size, int capacity);

// Sends a copy of *item. Blocks while there is no room. The receiver then owns
// what the item points to. Sending on a closed channel is a bug: it asserts.
//   locks  none may be held that the receiver might take
void channel_send(struct channel *ch, const void *item);

// Receives into *item. Blocks until there is an item. False if the channel is
// closed and all items have been received; *item is untouched then.
bool channel_receive(struct channel *ch, void *item);

// Closes the channel: nothing may be sent any more. Receivers still get the
// items that were sent before, then false.
void channel_close(struct channel *ch);

// Frees a channel that no thread uses any more.
void channel_free(struct channel *ch);

#endif
