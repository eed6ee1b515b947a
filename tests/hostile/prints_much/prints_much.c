// Prints without end, and then exits.
#include "tests/hostile/hostile.h"

#include <stdio.h>

static void attack(struct raft *rf)
{
    (void)rf;
    for (int k = 0; k < 1000000; k++)
        puts("found nothing\033[2J");
    exit(8);
}
