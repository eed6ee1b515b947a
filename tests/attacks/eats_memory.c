// Tries: uses five gigabytes of memory, in several processes.
// aims at: the host
// says: of memory
#include "stub.h"

static void eat(void)
{
    for (int k = 0; k < 1000; k++) {
        char *memory = malloc(1 << 20);
        if (memory != NULL)
            memset(memory, 1, 1 << 20);
        usleep(1);  // Else it fails for a loop that is too long.
    }
    sleep(20);
}

static void attack(struct raft *rf)
{
    (void)rf;
    for (int k = 0; k < 4; k++)
        if (new_process() == 0) {
            eat();
            _exit(0);
        }
    eat();
    stopped();
}
