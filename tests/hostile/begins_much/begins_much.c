// Begins as many frames as it can, each of two bytes, and ends none.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    for (uint64_t k = 0; k < 3000; k++)
        send_packet((struct packet_head){ .kind = FRAME_SAVE_STATE,
                                          .serial = (uint64_t)1 << 40 | k,
                                          .lengths = { 2 } },
                    1);
}
