// A function that runs when the Raft is loaded does not return.
#include "tests/broken/base.h"

#include <unistd.h>

__attribute__((constructor)) static void hang(void)
{
    for (;;)
        pause();
}

static const struct bug bug = { 0 };
