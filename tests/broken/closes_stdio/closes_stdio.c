// Wrong: it floods stdout, closes stdin, stdout and stderr, and then an
// assertion fails.
// Verdict: failed, with the assertion's place. Flood and closing change
// nothing.
#include "tests/broken/base.h"

#include <stdio.h>
#include <unistd.h>

#define FLOOD_BYTES (2 << 20)

static void flood_and_close(struct raft *rf)
{
    if (rf->me != 1)
        return;
    for (int k = 0; k < FLOOD_BYTES; k++)
        putchar(k % 256);
    fflush(stdout);
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    assert(rf->last_index > 0);
}

static const struct bug bug = { .in_handler = flood_and_close };
