// A send that does not block. Not for a Raft: as a process of its own it has an
// apply channel on which the judge receives.
#ifndef RT_CHANNEL_TRY_H
#define RT_CHANNEL_TRY_H

#include "rt/channel.h"

// Sends as channel_send does, but only if that need not block: there is room,
// or with capacity 0 a receiver that already waits for the item. Returns
// whether it was sent, as a send of Go's select with a default does.
bool channel_try_send(struct channel *ch, const void *item);

#endif
