// Watches from outside what a life uses. Limits that the system keeps would
// fail a right Raft with a thread for each RPC, or the whole cluster.
#include "judge/internal.h"

#include "rt/shortage.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// Reads how many pages of memory the process has, unless another thread has
// shown it. A thread that has ended shows none, and the first one stays in
// sight then.
static void read_memory(int folder, int thread, void *arg)
{
    long *pages = arg;
    if (*pages > 0)
        return;
    char text[200];
    tasks_read(folder, thread, "statm", text, sizeof text);
    sscanf(text, "%*d %ld", pages);
}

static long count_pages(pid_t pid)
{
    long pages = 0;
    int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        read_memory(folder, pid, &pages);
        close(folder);
    }
    if (pages == 0)
        tasks_for_each(pid, read_memory, &pages);
    return pages;
}

void burdens_describe(const struct peer *peer, char *text, size_t size)
{
    int threads = tasks_count(peer->pid);
    long mb = count_pages(peer->pid) * (sysconf(_SC_PAGESIZE) / 1024) / 1024;
    struct peer_name name = peer_name(peer);
    if (threads > SHORTAGE_MAX_THREADS)
        snprintf(text, size,
                 "%s has %d threads: no right Raft needs more than %d",
                 name.text, threads, SHORTAGE_MAX_THREADS);
    else if (mb > SHORTAGE_MAX_MB)
        snprintf(text, size,
                 "%s has %ld MB of memory: no right Raft needs more than %d",
                 name.text, mb, SHORTAGE_MAX_MB);
}
