// The state of the process's one simulation; memory for its tables; its
// failure.
#include "sim/internal.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct sim sim;

bool sim_is_on(void)
{
    return sim.on;
}

uint64_t sim_hash(void)
{
    return sim.hash;
}

int64_t sim_now_ns(void)
{
    return sim.now_ns;
}

uint64_t sim_points(void)
{
    return sim.points;
}

void sim_hide_accesses(bool hide)
{
    sim.hides_accesses = hide;
}

void *sim_reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        sim_fail("out of memory");
    return memory;
}

void sim_fail(const char *message)
{
    sim.has_failed = true;
    if (sim.fail != NULL)
        sim.fail(message);
    fprintf(stderr, "sim: %s\n", message);
    _exit(1);
}

void sim_set_fail(void (*fail)(const char *message))
{
    sim.fail = fail;
}
