// Watches from outside what a life uses. Limits that the system keeps would
// fail a right Raft with a thread for each RPC, or the whole cluster.
#include "judge/internal.h"

#include "rt/shortage.h"
#include "tester/verdict.h"

#include <stdio.h>
#include <string.h>

// Reads how many KB of memory the process has, unless another thread has shown
// it. A thread that has ended shows none, and the first one stays in sight
// then.
static void read_memory(pid_t pid, int thread, void *arg)
{
    long *kb = arg;
    if (*kb > 0)
        return;
    char path[64], status[4096];
    snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)pid, thread);
    FILE *file = fopen(path, "re");
    size_t len = file == NULL ? 0 : fread(status, 1, sizeof status - 1, file);
    status[len] = '\0';
    if (file != NULL)
        fclose(file);
    const char *line = strstr(status, "\nVmRSS:");
    if (line != NULL)
        sscanf(line, "\nVmRSS: %ld", kb);
}

void burdens_check(const struct peer *peer)
{
    long kb = 0;
    int threads = tasks_for_each(peer->pid, read_memory, &kb);
    long mb = kb / 1024;
    struct peer_name name = peer_name(peer);
    test_check(threads <= SHORTAGE_MAX_THREADS,
               "%s has %d threads: no right Raft needs more than %d", name.text,
               threads, SHORTAGE_MAX_THREADS);
    test_check(mb <= SHORTAGE_MAX_MB,
               "%s has %ld MB of memory: no right Raft needs more than %d",
               name.text, mb, SHORTAGE_MAX_MB);
}
