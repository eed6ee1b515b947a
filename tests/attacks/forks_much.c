// Tries: 1000 processes that use the processors for 5 s each.
// aims at: the host
// says: more than 400 processes
// wall: limits
#include "stub.h"
#include <time.h>

static void attack(struct raft *rf)
{
    (void)rf;
    for (int k = 0; k < 1000; k++)
        if (new_process() == 0) {
            for (time_t end = time(NULL) + 5; time(NULL) < end;)
                ;
            _exit(0);
        }
    stopped();
}
