// tester/stacks.h in the simulator: the threads are the simulator's.
#include "tester/stacks.h"

#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 20000

void stacks_init(void)
{
}

// The simulator's report itself says which thread waits for which.
void stacks_print_all(char *cause, size_t size)
{
    static char text[TEXT_SIZE];
    if (size > 0)
        cause[0] = '\0';
    sim_describe_threads(text, sizeof text);
    fprintf(stderr, "%s\n", text);
}

void stacks_leave_walk(void)
{
}

// Describes the first thread that belongs to a server, in the first two lines
// that the simulator prints about it. `prefix` is not used: the simulator knows
// which threads belong to servers.
bool stacks_describe_thread(const char *prefix, char *text, size_t size)
{
    (void)prefix;
    static char all[TEXT_SIZE];
    sim_describe_threads(all, sizeof all);
    char *owner = strstr(all, " (server ");
    if (owner == NULL)
        return false;
    char *line = owner;
    while (line > all && line[-1] != '\n')
        line--;
    line += strspn(line, " ");
    size_t length = strcspn(line, "\n");
    const char *next = line + length + strspn(line + length, "\n ");
    snprintf(text, size, "%.*s %.*s", (int)length, line,
             (int)strcspn(next, "\n"), next);
    return true;
}

int stacks_count_threads(void)
{
    return sim_thread_count();
}
