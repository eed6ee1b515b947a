// Without a sandbox: a process with limits. It runs as a user that nobody is,
// if root grades. A keeper, its parent, kills what is left of it.
#include "grade/mirror.h"
#include "grade/room.h"

#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void execute(const struct room *room,
                    const struct confinement *confinement, char *const argv[])
{
    static char *const environment[] = { "PATH=/usr/bin:/bin", "HOME=/tmp",
                                         "LC_ALL=C.UTF-8", NULL };
    char **words = mirror_command(room, confinement, argv);
    if (confinement->folder == NULL ||
        chdir(mirror_name(room, confinement, confinement->folder)) == 0)
        execvpe(words[0], words, environment);
    dprintf(STDERR_FILENO, "%s does not start: %s\n", argv[0], strerror(errno));
    _exit(127);
}

// ---- The keeper ----

// Kills the children of this process, as /proc lists them.
static void kill_children(void)
{
    char text[4096];
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    for (char *at = text; *at != '\0';) {
        char *end;
        pid_t pid = (pid_t)strtol(at, &end, 10);
        if (end == at)
            break;
        kill(pid, SIGKILL);
        at = end;
    }
}

// All of a user's processes die at once if the user kills them.
static void kill_user(uid_t user)
{
    pid_t parent = getpid(), killer = fork();
    if (killer == 0) {
        room_become(user, parent, SIGKILL);
        kill(-1, SIGKILL);
        _exit(0);
    }
    waitpid(killer, NULL, 0);
}

static void kill_all(uid_t user)
{
    while (waitpid(-1, NULL, WNOHANG) >= 0) {
        if (user != 0)
            kill_user(user);
        else
            kill_children();
        usleep(1000);
    }
}

// Waits for the command, or until this process is told to end.
static int await_command(pid_t command)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    sigaddset(&ends, SIGTERM);
    for (;;) {
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            if (pid == command)
                return WIFEXITED(status) ? WEXITSTATUS(status)
                                         : 128 + WTERMSIG(status);
        }
        if (sigwaitinfo(&ends, NULL) == SIGTERM)
            return 128 + SIGKILL;
    }
}

static void limit_threads(int most)
{
    setrlimit(RLIMIT_NPROC, &(struct rlimit){ (rlim_t)most, (rlim_t)most });
}

_Noreturn static void keep(const struct room *room,
                           const struct confinement *confinement,
                           char *const argv[])
{
    uid_t user = room->user;
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t keeper = getpid(), command = fork();
    if (command == 0) {
        sigprocmask(SIG_UNBLOCK, &ends, NULL);
        setsid();
        if (user != 0)
            limit_threads(confinement->processes * THREADS_EACH);
        room_become(user, keeper, SIGKILL);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        execute(room, confinement, argv);
    }
    int status = await_command(command);
    kill_all(user);
    _exit(status);
}

char *bare_start(const struct confinement *confinement, char *const argv[],
                 struct room *room)
{
    *room = (struct room){ .init_fd = -1, .proc = -1 };
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0)
        return alloc_format("no pipe: %s", strerror(errno));
    room->user = room_find_user();
    char *why = mirror_make(room, confinement);
    if (why != NULL) {
        close(output[0]);
        close(output[1]);
        bare_end(room);
        return why;
    }
    pid_t parent = getpid();
    room->child = fork();
    if (room->child == 0) {
        room_enter(confinement, output[1], (int[]){ -1 });
        room_become(0, parent, SIGTERM);
        keep(room, confinement, argv);
    }
    close(output[1]);
    room->output = output[0];
    room->top = room->child;
    room->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return NULL;
}

void bare_end(struct room *room)
{
    for (int k = 0; k < room->n_places; k++)
        close(room->places[k]);
    room->n_places = 0;
    mirror_remove(room);
}

void bare_kill(const struct room *room)
{
    kill(room->child, SIGTERM);
}
