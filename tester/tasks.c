#include "tester/tasks.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void tasks_read(int folder, int thread, const char *name, char *text,
                size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "%d/%s", thread, name);
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, text, size - 1);
    text[len > 0 ? len : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

int tasks_for_each(pid_t pid, void (*look)(int folder, int thread, void *arg),
                   void *arg)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
    union {
        struct dirent64 first;
        char bytes[2000];
    } tasks;
    ssize_t n;
    while (folder >= 0 && (n = getdents64(folder, &tasks, sizeof tasks)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *task = (const void *)(tasks.bytes + at);
            at += task->d_reclen;
            if (task->d_name[0] == '.')
                continue;
            count++;
            look(folder, atoi(task->d_name), arg);
        }
    }
    if (folder >= 0)
        close(folder);
    return count;
}

static void ignore(int folder, int thread, void *arg)
{
    (void)folder;
    (void)thread;
    (void)arg;
}

// The folder has a link for each thread, besides the usual two. The threads are
// listed where it has not.
int tasks_count(pid_t pid)
{
    char path[40];
    struct stat folder;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    if (stat(path, &folder) == 0 && folder.st_nlink > 2)
        return (int)folder.st_nlink - 2;
    return tasks_for_each(pid, ignore, NULL);
}
