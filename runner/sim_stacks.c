// tester/stacks.h in the simulator: the threads are the simulator's.
#include "tester/stacks.h"

#include "sim/sim.h"
#include "tester/places.h"

#include <execinfo.h>
#include <stdio.h>

#define TEXT_SIZE  20000
#define MAX_FRAMES 40

void stacks_init(void)
{
}

void stacks_print_all(void)
{
    static char text[TEXT_SIZE];
    sim_describe_threads(text, sizeof text);
    fprintf(stderr, "%s\n", text);
}

void stacks_describe_here(char *text, size_t size)
{
    void *frames[MAX_FRAMES];
    int count = backtrace(frames, MAX_FRAMES);
    struct symbols *symbols = symbols_open();
    if (!places_describe(symbols, frames, count, text, size))
        snprintf(text, size, "an unknown place");
    symbols_close(symbols);
}

bool stacks_describe_thread(const char *prefix, char *text, size_t size)
{
    (void)prefix;
    sim_describe_threads(text, size);
    return true;
}

int stacks_count_threads(void)
{
    return sim_thread_count();
}
