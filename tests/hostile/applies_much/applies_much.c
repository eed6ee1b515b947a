// Applies long commands side by side, and does not wait until they are
// received.
#include "tests/hostile/hostile.h"

#define PIECES 1000

static void apply_one(uint64_t serial)
{
    const uint64_t length = (uint64_t)PIECES * PIECE_BYTES;
    for (uint64_t k = 0; k < PIECES; k++)
        send_packet((struct packet_head){ .kind = FRAME_APPLY,
                                          .serial = serial,
                                          .numbers = { 0, 0, 0, 0 },
                                          .lengths = { length },
                                          .offset = k * PIECE_BYTES },
                    PIECE_BYTES);
}

static void attack(struct raft *rf)
{
    (void)rf;
    for (uint64_t k = 0; k < 20; k++)
        apply_one((uint64_t)1 << 40 | k);
}
