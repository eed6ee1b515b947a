// Without a sandbox: a process with limits. It runs as a user that nobody is,
// if root grades.
#include "grade/keeper.h"
#include "grade/mirror.h"
#include "grade/room.h"
#include "grade/user.h"

#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// A command without a sandbox.
struct command {
    char **words;
    char *folder;
    int threads;
};

// Root's limits do not bind root; this is somebody else.
static void limit_threads(int most)
{
    setrlimit(RLIMIT_NPROC, &(struct rlimit){ (rlim_t)most, (rlim_t)most });
}

static void execute(const void *what)
{
    static char *const environment[] = { "PATH=/usr/bin:/bin", "HOME=/tmp",
                                         "LC_ALL=C.UTF-8", NULL };
    const struct command *command = what;
    setsid();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (command->threads > 0)
        limit_threads(command->threads);
    if (chdir(command->folder) == 0)
        execvpe(command->words[0], command->words, environment);
    dprintf(STDERR_FILENO, "%s does not start: %s\n", command->words[0],
            strerror(errno));
}

static void start(const struct confinement *confinement, char *const argv[],
                  int output, struct room *room)
{
    struct command command = {
        .words = mirror_command(room, confinement, argv),
        .folder = mirror_name(
            room, confinement,
            confinement->folder == NULL ? "/" : confinement->folder),
        .threads = room->user == 0 ? 0 : confinement->processes * THREADS_EACH,
    };
    pid_t parent = getpid();
    room->child = fork();
    if (room->child == 0) {
        int null = open("/dev/null", O_RDONLY);
        room_enter(room, confinement, null, output, (int[]){ -1 });
        keeper_run(room->user, parent, execute, &command);
    }
    for (size_t k = 0; command.words[k] != NULL; k++)
        free(command.words[k]);
    free(command.words);
    free(command.folder);
}

char *bare_start(const struct confinement *confinement, char *const argv[],
                 struct room *room)
{
    *room = (struct room){
        .init_fd = -1, .proc = -1, .output = -1, .user_lock = -1
    };
    char *why = user_take(&room->user, &room->user_lock);
    if (why == NULL)
        why = room_check_readable(confinement, room->user);
    if (why == NULL)
        why = mirror_make(room, confinement);
    int output[2];
    if (why == NULL && pipe2(output, O_CLOEXEC) != 0)
        why = alloc_format("no pipe: %s", strerror(errno));
    if (why != NULL) {
        room_close(room);
        return why;
    }
    start(confinement, argv, output[1], room);
    close(output[1]);
    room->output = output[0];
    room->top = room->child;
    room->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return NULL;
}
