// tester/stacks.h in the simulator: the threads are the simulator's.
#include "tester/stacks.h"

#include "sim/sim.h"

#include <stdio.h>

#define TEXT_SIZE 20000

void stacks_init(void)
{
}

void stacks_print_all(void)
{
    static char text[TEXT_SIZE];
    sim_describe_threads(text, sizeof text);
    fprintf(stderr, "%s\n", text);
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
