// Begins frames of many bytes, and ends none.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    for (uint64_t k = 0; k < 100; k++)
        send_packet((struct packet_head){ .kind = FRAME_SAVE_STATE,
                                          .serial = (uint64_t)1 << 40 | k,
                                          .lengths = { 100 << 20 } },
                    1);
}
