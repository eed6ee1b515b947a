// Shared by the files of wire/: packets, and the frames that have not arrived
// whole.
#ifndef WIRE_INTERNAL_H
#define WIRE_INTERNAL_H

#include "wire/wire.h"

#include <pthread.h>

// A packet has this head, and then a piece of the frame's parts, one behind the
// other. A frame whose parts do not fit into one packet has several, in any
// order.
struct packet_head {
    uint32_t kind;
    uint32_t id;
    uint64_t serial;  // The same in the packets of one frame alone.
    int64_t numbers[FRAME_NUMBERS];
    uint64_t lengths[FRAME_PARTS];
    uint64_t offset;  // The piece begins there.
};

// The bytes of a piece: a packet of this size fits into a socket's buffer.
#define PIECE_BYTES 60000

struct packet {
    struct packet_head head;
    char piece[PIECE_BYTES];
};

// ---- pieces.c ----

// A frame of which some pieces have not arrived.
struct partial;

// The frames of one connection that have not arrived whole.
struct pieces {
    pthread_mutex_t mu;

    // Guarded by mu.
    struct partial *partials;
    size_t count;
    size_t bytes;  // Of all their parts.
};

void pieces_init(struct pieces *pieces);
void pieces_destroy(struct pieces *pieces);

// Checks the head of a packet of `size` bytes. Returns what is wrong with it;
// NULL if nothing is.
const char *packet_check(const struct packet *packet, size_t size);

// Adds the packet, which packet_check has passed. True if its frame is whole
// now: *frame is the frame. *why says what is wrong with the packet; it is NULL
// if nothing is.
bool pieces_add(struct pieces *pieces, const struct packet *packet, size_t size,
                struct frame *frame, const char **why);

#endif
