// Gives answers that nobody has asked for.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    (void)rf;
    send_packet((struct packet_head){ .kind = FRAME_ANSWER, .id = 1000 }, 0);
}
