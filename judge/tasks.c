// The threads of a process, as the system lists them.
#include "judge/internal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int tasks_for_each(pid_t pid, void (*look)(pid_t pid, int thread, void *arg),
                   void *arg)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    int count = 0;
    for (struct dirent *task; folder != NULL && (task = readdir(folder));) {
        if (task->d_name[0] == '.')
            continue;
        count++;
        if (look != NULL)
            look(pid, atoi(task->d_name), arg);
    }
    if (folder != NULL)
        closedir(folder);
    return count;
}
