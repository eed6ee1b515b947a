// Takes more memory than there may be. The same pages, mapped again and again,
// count each time: a machine that gives memory slowly must give little.
#ifndef TESTS_HOSTILE_MUCH_MEMORY_H
#define TESTS_HOSTILE_MUCH_MEMORY_H

#include <sys/mman.h>

static inline void take_much_memory(void)
{
    size_t size = (size_t)100 << 20;
    char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    for (int k = 0; k < 21; k++)
        madvise(mremap(pages, 0, size, MREMAP_MAYMOVE), size,
                MADV_POPULATE_READ);
}

#endif
