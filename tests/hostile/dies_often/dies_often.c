// Tells long last words again and again, and lives on.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    for (uint64_t k = 0; k < 100; k++)
        send_packet((struct packet_head){ .kind = FRAME_LAST_WORDS,
                                          .serial = (uint64_t)1 << 40 | k,
                                          .lengths = { PIECE_BYTES } },
                    PIECE_BYTES);
}
