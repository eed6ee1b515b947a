#include "rt/shared.h"

#include "rt/shortage.h"

#include <errno.h>
#include <sys/mman.h>

void *shared_alloc(size_t size)
{
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (shared == MAP_FAILED)
        shortage_exit(SHORTAGE_OF_MEMORY, errno, size);
    return shared;
}

void shared_free(void *shared, size_t size)
{
    munmap(shared, size);
}
