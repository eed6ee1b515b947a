#include "grade/unpacker.h"

#include "grade/room.h"
#include "grade/seconds.h"
#include "grade/user.h"
#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The largest that is taken needs 5 s of processor time. The rest of the time
// is for a slow file server.
enum { CPU_S = 30, WALL_S = 300 };

#define NOT_STARTED 127  // As room_become ends.

#define AGAIN "hand it in again, as make handin packs it"

// ---- The new process ----

_Noreturn static void run(char *const words[], int archive, int output,
                          const struct room *room, pid_t parent)
{
    static char *const environment[] = { NULL };
    struct confinement limits = { .cpu_s = CPU_S };
    room_enter(room, &limits, archive, output, (int[]){ -1 });
    room_become(room->user, parent, SIGKILL);
    execve(words[0], words, environment);
    _exit(NOT_STARTED);
}

static char **words_of(const char *program, char *const arguments[])
{
    size_t n = 0;
    while (arguments[n] != NULL)
        n++;
    char **words = alloc((n + 2) * sizeof *words);
    words[0] = alloc_string(program);
    memcpy(words + 1, arguments, n * sizeof *words);
    return words;
}

char *unpacker_start(struct unpacker *unpacker, const char *program,
                     int archive, char *const arguments[])
{
    struct room room = { .user_lock = -1 };
    int output[2];
    char *why = user_take(&room.user, &room.user_lock);
    if (why == NULL && pipe2(output, O_CLOEXEC) != 0)
        why = alloc_format("no pipe: %s", strerror(errno));
    if (why != NULL) {
        close(room.user_lock);
        return why;
    }
    char **words = words_of(program, arguments);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        run(words, archive, output[1], &room, parent);
    int error = errno;
    close(output[1]);
    free(words[0]);
    free(words);
    if (pid < 0) {
        close(output[0]);
        close(room.user_lock);
        return alloc_format("no process: %s", strerror(error));
    }
    *unpacker =
        (struct unpacker){ .pid = pid,
                           .pid_fd = (int)syscall(SYS_pidfd_open, pid, 0),
                           .output = output[0],
                           .user_lock = room.user_lock,
                           .until = seconds_now() + WALL_S };
    return NULL;
}

// ---- Its output ----

// False when its time is over.
static bool await(const struct unpacker *unpacker, int fd)
{
    struct pollfd ready = { fd, POLLIN, 0 };
    for (double left; (left = unpacker->until - seconds_now()) > 0;) {
        if (poll(&ready, 1, (int)(left * 1e3) + 1) > 0)
            return true;
    }
    return false;
}

bool unpacker_read(struct unpacker *unpacker, void *bytes, size_t n)
{
    char *at = bytes;
    while (n > 0) {
        if (!await(unpacker, unpacker->output))
            return false;
        ssize_t more = read(unpacker->output, at, n);
        if (more <= 0)
            return false;
        at += more;
        n -= (size_t)more;
    }
    return true;
}

// ---- Its end ----

// Kills it, which changes nothing if it has ended.
static int end_it(struct unpacker *unpacker)
{
    int status = 0;
    kill(unpacker->pid, SIGKILL);
    while (waitpid(unpacker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(unpacker->pid_fd);
    close(unpacker->output);
    close(unpacker->user_lock);
    return status;
}

static bool is_by_archive(int status)
{
    static const int signals[] = { SIGSEGV, SIGBUS,  SIGILL,
                                   SIGFPE,  SIGABRT, SIGSYS };
    for (size_t k = 0; k < sizeof signals / sizeof *signals; k++) {
        if (WIFSIGNALED(status) && WTERMSIG(status) == signals[k])
            return true;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) != NOT_STARTED;
}

static char *how(int status)
{
    return WIFEXITED(status) ? alloc_format("status %d", WEXITSTATUS(status))
                             : alloc_format("signal %d, %s", WTERMSIG(status),
                                            strsignal(WTERMSIG(status)));
}

char *unpacker_end(struct unpacker *unpacker, bool *machine_failed)
{
    bool ended = await(unpacker, unpacker->pid_fd);
    int status = end_it(unpacker);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return alloc_format("the archive takes more than %d s of processor "
                            "time to read: " AGAIN,
                            CPU_S);
    if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return NULL;
    char *end = how(status), *why;
    bool is_fault = ended && is_by_archive(status);
    *machine_failed |= !is_fault;
    if (is_fault)
        why = alloc_format("the archive ends what reads it (%s): " AGAIN, end);
    else if (ended)
        why = alloc_format("the program that reads archives has failed (%s): "
                           "make grade-parts builds it",
                           end);
    else
        why = alloc_format("the archive was not read in %d s", WALL_S);
    free(end);
    return why;
}

void unpacker_stop(struct unpacker *unpacker)
{
    end_it(unpacker);
}
