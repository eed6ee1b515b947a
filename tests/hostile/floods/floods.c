// Calls other servers without end, and awaits no reply.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    for (uint64_t k = 0; k < 100000; k++)
        send_packet((struct packet_head){ .kind = FRAME_CALL,
                                          .serial = (uint64_t)1 << 40 | k,
                                          .numbers = { !rf->me, 0 },
                                          .lengths = { 16 } },
                    16);
}
