// Writes a file, for a later life.
#include "tests/hostile/hostile.h"

#include <fcntl.h>

static void attack(struct raft *rf)
{
    (void)rf;
    open("/tmp/state", O_WRONLY | O_CREAT, 0666);
}
