// Tries: reads the environment of every process that it sees, and its own.
// aims at: the host
// says: status 78
#include "stub.h"

static void read_environment(int process)
{
    char path[60];
    char text[20000];
    snprintf(path, sizeof path, "/proc/%d/environ", process);
    int file = open(path, O_RDONLY);
    ssize_t n = file < 0 ? 0 : read(file, text, sizeof text);
    if (n > 0 && memmem(text, (size_t)n, "canary", 6) != NULL)
        got_through(path);
}

static void attack(struct raft *rf)
{
    (void)rf;
    for (char **variable = environ; *variable != NULL; variable++)
        if (strstr(*variable, "canary") != NULL)
            got_through(*variable);
    each_process(read_environment);
    stopped();
}
