#include "grade/turn.h"

#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

// Slurm's tasks on one machine have processors of their own, each task some,
// and do not disturb each other. Returns the first one; -1 if this program may
// use all of the machine's.
static int first_of_own_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0 ||
        CPU_COUNT(&set) >= sysconf(_SC_NPROCESSORS_ONLN))
        return -1;
    size_t first = 0;
    while (first < CPU_SETSIZE && !CPU_ISSET(first, &set))
        first++;
    return (int)first;
}

// The folder may be one that several machines see. Each has its own turns.
static char *path_in(const char *folder)
{
    char machine[HOST_NAME_MAX + 1] = "";
    gethostname(machine, sizeof machine - 1);
    int first = first_of_own_processors();
    return first < 0 ? alloc_format("%s/.turn-%s", folder, machine)
                     : alloc_format("%s/.turn-%s-%d", folder, machine, first);
}

int turn_take(const char *folder)
{
    char *path = path_in(folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        fprintf(stderr, "grade: %s: %s; real time may be late\n", path,
                strerror(errno));
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
    free(path);
    return fd;
}

void turn_pass(int turn)
{
    if (turn >= 0)
        close(turn);
}
