// Looks for what it could read: files, descriptors, an environment. Says what
// it has found, and exits.
#include "tests/hostile/hostile.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static void look_for_files(void)
{
    static const char *const paths[] = { "/etc/passwd", "/proc/self/maps",
                                         "/proc/1/environ", "raft/raft.c",
                                         "/dev/null" };
    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++) {
        if (open(paths[k], O_RDONLY) >= 0)
            printf("found %s\n", paths[k]);
    }
}

static void attack(struct raft *rf)
{
    (void)rf;
    struct stat info;
    for (int fd = CONTROL_FD + 1; fd < 1000; fd++) {
        if (fstat(fd, &info) == 0)
            printf("found descriptor %d\n", fd);
    }
    look_for_files();
    for (char **variable = environ; *variable != NULL; variable++)
        printf("found %s\n", *variable);
    exit(9);
}
