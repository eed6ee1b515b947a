// tester/stacks.h in the simulator: the threads are the simulator's.
#include "tester/stacks.h"

#include "rt/symbols.h"
#include "sim/sim.h"

#include <execinfo.h>
#include <stdio.h>
#include <string.h>

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
    snprintf(text, size, "an unknown place");
    for (int k = 0; k < count; k++) {
        struct symbol place = symbols_find(symbols, frames[k]);
        if (place.file != NULL && strncmp(place.file, "sim/", 4) != 0 &&
            strncmp(place.file, "runner/", 7) != 0 &&
            strncmp(place.file, "tester/", 7) != 0) {
            snprintf(text, size, "%s (%s:%d)", place.function, place.file,
                     place.line);
            break;
        }
    }
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
