// The function that the Raft's shared object calls by channel_send.
#ifndef PEER_CHANNEL_H
#define PEER_CHANNEL_H

#include "rt/channel.h"

void __wrap_channel_send(struct channel *ch, const void *item);

#endif
