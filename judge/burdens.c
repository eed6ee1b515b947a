// Watches from outside what a life uses. Limits that the system keeps would
// fail a right Raft with a thread for each RPC, or the whole cluster.
#include "judge/internal.h"

#include "rt/shortage.h"
#include "tester/verdict.h"

#include <stdio.h>
#include <string.h>

// The number behind a name in /proc/PID/status; 0 if it is not there.
static long read_number(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    long number = 0;
    if (line != NULL)
        sscanf(line + strlen(name), "%ld", &number);
    return number;
}

void burdens_check(const struct peer *peer)
{
    char path[64], status[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)peer->pid);
    FILE *file = fopen(path, "re");
    size_t len = file == NULL ? 0 : fread(status, 1, sizeof status - 1, file);
    status[len] = '\0';
    if (file != NULL)
        fclose(file);
    long threads = read_number(status, "\nThreads:");
    long mb = read_number(status, "\nVmRSS:") / 1024;
    struct peer_name name = peer_name(peer);
    test_check(threads <= SHORTAGE_MAX_THREADS,
               "%s has %ld threads: no right Raft needs more than %d",
               name.text, threads, SHORTAGE_MAX_THREADS);
    test_check(mb <= SHORTAGE_MAX_MB,
               "%s has %ld MB of memory: no right Raft needs more than %d",
               name.text, mb, SHORTAGE_MAX_MB);
}
