// Prints in each life as much as one life may.
#include "tests/broken/base.h"

#include <stdio.h>

static void print(struct raft *rf)
{
    (void)rf;
    for (int k = 0; k < 2500; k++)
        printf("%099d\n", k);
}

static const struct bug bug = { .in_make = print };
