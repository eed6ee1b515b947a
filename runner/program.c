#include "runner/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void say_failure(const char *program, int status)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
        return;  // The user has stopped it, by Ctrl-C.
    if (WIFSIGNALED(status))
        fprintf(stderr, "lab: %s was killed by signal %d (%s)\n", program,
                WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        fprintf(stderr, "lab: %s failed: it exited with status %d\n", program,
                WEXITSTATUS(status));
}

bool program_run(char *const argv[], const char *to)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (to != NULL)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, to,
                                         O_WRONLY | O_CREAT | O_TRUNC, 0666);

    // The runner blocks signals that the program wants, SIGINT among them.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

    pid_t pid;
    int error =
        posix_spawn(&pid, argv[0], &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        fprintf(stderr, "lab: %s cannot be run: %s\n", argv[0],
                strerror(error));
        return false;
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (status != 0)
        say_failure(argv[0], status);
    return status == 0;
}
