#include "runner/page.h"

#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs it to its end, with its output in this file. Did it succeed?
static bool run(const char *program, const char *record, const char *to)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, to,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0666);

    // The runner blocks signals that the program wants, SIGINT among them.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

    char *argv[] = { (char *)program, (char *)record, NULL };
    pid_t pid;
    int error =
        posix_spawn(&pid, program, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        fprintf(stderr, "lab: %s cannot be run: %s\n", program,
                strerror(error));
        return false;
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0;
}

char *page_write(const char *program, const char *record)
{
    size_t length = strlen(record) - strlen(".jsonl");
    char *path = alloc_format("%.*s.html", (int)length, record);
    char *new = alloc_format("%s.%d", path, (int)getpid());
    if (!run(program, record, new) || rename(new, path) != 0) {
        unlink(new);
        free(path);
        path = NULL;
    }
    free(new);
    return path;
}
