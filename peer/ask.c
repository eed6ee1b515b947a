// Asks the judge, or tells it, on the thread that wants to.
#include "peer/internal.h"

#include <unistd.h>

struct wire *peer_wire;

static void wait_for_the_end(void)
{
    for (;;)
        pause();
}

void peer_ask(struct frame *question, struct frame *answer)
{
    if (!wire_ask(peer_wire, question, answer))
        wait_for_the_end();
}

void peer_tell(const struct frame *frame)
{
    if (!wire_tell(peer_wire, frame))
        wait_for_the_end();
}
