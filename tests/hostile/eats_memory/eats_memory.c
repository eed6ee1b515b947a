// Takes more memory than there may be, past malloc.
#include "tests/hostile/hostile.h"

#include <sys/mman.h>

static void attack(struct raft *rf)
{
    (void)rf;
    mmap(NULL, (size_t)2200 << 20, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    pause();
}
