// Reads /proc. A process that ends meanwhile counts as none.
#include "grade/watch.h"

#include "rt/alloc.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process {
    pid_t pid, parent;
    int threads;
    char state;  // As stat has it.
    double cpu_s;
    long memory_kb;
};

struct processes {
    struct process *all;
    int n;
};

// ---- One process ----

static bool read_file(int proc, pid_t pid, const char *name, char *text,
                      size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "%d/%s", pid, name);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

// Reads the line "NAME:  123 kB".
static long read_kb(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    return line == NULL ? 0 : strtol(line + strlen(name), NULL, 10);
}

static bool read_process(int proc, struct process *process)
{
    char stat[1024], status[4096];
    if (!read_file(proc, process->pid, "stat", stat, sizeof stat) ||
        !read_file(proc, process->pid, "status", status, sizeof status))
        return false;
    const char *rest = strrchr(stat, ')');  // A name may have one, too.
    unsigned long ticks[4];
    if (rest == NULL ||
        sscanf(rest,
               ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu "
               "%*d %*d %d",
               &process->state, &process->parent, &ticks[0], &ticks[1],
               &ticks[2], &ticks[3], &process->threads) != 7)
        return false;
    process->cpu_s = (double)(ticks[0] + ticks[1] + ticks[2] + ticks[3]) /
                     (double)sysconf(_SC_CLK_TCK);
    process->memory_kb = read_kb(status, "\nRssAnon:") +
                         read_kb(status, "\nRssShmem:") +
                         read_kb(status, "\nVmSwap:");
    return true;
}

// ---- All of them ----

static struct processes read_all(int proc)
{
    struct processes processes = { NULL, 0 };
    int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *entry;
         folder != NULL && (entry = readdir(folder)) != NULL;) {
        struct process process = { .pid = atoi(entry->d_name) };
        if (process.pid <= 0 || !read_process(proc, &process))
            continue;
        processes.all = alloc_resize(processes.all, (size_t)processes.n + 1,
                                     sizeof *processes.all);
        processes.all[processes.n++] = process;
    }
    if (folder != NULL)
        closedir(folder);
    return processes;
}

static const struct process *find(const struct processes *processes, pid_t pid)
{
    for (int k = 0; k < processes->n; k++) {
        if (processes->all[k].pid == pid)
            return &processes->all[k];
    }
    return NULL;
}

// The parents are read one after the other, so they may form a circle.
static bool descends(const struct processes *processes,
                     const struct process *process, pid_t top)
{
    for (int k = 0; k < processes->n && process != NULL; k++) {
        if (process->pid == top)
            return true;
        process = find(processes, process->parent);
    }
    return false;
}

// Does it run, or would it, if the machine were faster? Who waits for a child
// as vfork does is in state D, as if for a disk: then it is as its child is.
// Looks at so many generations, since the parents may form a circle.
static bool is_ready(const struct processes *processes,
                     const struct process *process, int generations)
{
    if (process->state == 'R')
        return true;
    if (strchr("DI", process->state) == NULL)
        return false;
    for (int k = 0; k < processes->n && generations > 0; k++) {
        const struct process *child = &processes->all[k];
        if (child->parent == process->pid && child->state != 'Z' &&
            !is_ready(processes, child, generations - 1))
            return false;
    }
    return true;
}

struct usage watch_read(int proc, pid_t top)
{
    struct processes processes = read_all(proc);
    struct usage usage = { 0 };
    for (int k = 0; k < processes.n; k++) {
        const struct process *process = &processes.all[k];
        if (top != 0 && !descends(&processes, process, top))
            continue;
        usage.processes++;
        usage.threads += process->threads;
        usage.stopped += process->state == 'T';
        usage.ready += is_ready(&processes, process, processes.n);
        usage.cpu_s += process->cpu_s;
        usage.memory_kb += process->memory_kb;
    }
    free(processes.all);
    return usage;
}
