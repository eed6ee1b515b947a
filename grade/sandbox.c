// A sandbox of bubblewrap: all of its namespaces, an empty read-only root with
// /usr, what the command may read, and folders in memory that it may write to.
#include "grade/refused_calls.h"
#include "grade/room.h"

#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BWRAP "/usr/bin/bwrap"
#define READY "/.raftlab-ready"  // In the sandbox, made last.

enum { SMALL_TMP_MB = 64, START_S = 20 };

// ---- The command line ----

struct words {
    char **all;
    size_t n;
};

// Appends the words; the last argument is NULL.
static void add(struct words *words, const char *word, ...)
{
    va_list more;
    va_start(more, word);
    for (; word != NULL; word = va_arg(more, const char *)) {
        words->all = alloc_resize(words->all, words->n + 2, sizeof *words->all);
        words->all[words->n++] = alloc_string(word);
        words->all[words->n] = NULL;
    }
    va_end(more);
}

static void add_number(struct words *words, const char *option, long long value)
{
    char *text = alloc_format("%lld", value);
    add(words, option, text, NULL);
    free(text);
}

static void free_words(struct words *words)
{
    for (size_t k = 0; k < words->n; k++)
        free(words->all[k]);
    free(words->all);
}

// A folder in memory. Its size is the most that it can hold.
static void add_memory(struct words *words, const char *at, long mb)
{
    add_number(words, "--size", (long long)mb << 20);
    add(words, "--tmpfs", at, NULL);
}

// /lib and the like are links on some systems, folders on others.
static void add_system(struct words *words)
{
    static const char *const names[] = { "/bin",   "/sbin",  "/lib",
                                         "/lib32", "/lib64", "/libx32" };
    add(words, "--ro-bind", "/usr", "/usr", NULL);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char target[256];
        ssize_t n = readlink(names[k], target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        if (n > 0)
            add(words, "--symlink", target, names[k], NULL);
        else
            add(words, "--ro-bind-try", names[k], names[k], NULL);
    }
    // These say where libraries are, and which program an "alternative" is.
    add(words, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache",
        "--ro-bind-try", "/etc/alternatives", "/etc/alternatives", NULL);
}

static void add_places(struct words *words,
                       const struct confinement *confinement)
{
    for (const char *const *at = confinement->readable;
         at != NULL && *at != NULL; at++) {
        char *from, *to;
        room_split(*at, &from, &to);
        add(words, "--ro-bind", from, to, NULL);
        free(from);
        free(to);
    }
    for (const char *const *at = confinement->writable;
         at != NULL && *at != NULL; at++) {
        char *from, *to;
        room_split(*at, &from, &to);
        add_memory(words, to, confinement->file_mb);
        free(from);
        free(to);
    }
}

static struct words command_line(const struct confinement *confinement,
                                 char *const argv[], const int fds[3])
{
    struct words words = { NULL, 0 };
    add(&words, "bwrap", "--unshare-all", "--unshare-user", "--die-with-parent",
        "--new-session", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000",
        "--hostname", "raftlab", NULL);
    if (!confinement->makes_rooms)
        add(&words, "--disable-userns", NULL);
    add_system(&words);
    // A process of root's, even without capabilities, could write to
    // /proc/sys.
    add(&words, "--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys",
        "--dev", "/dev", "--remount-ro", "/dev", NULL);
    add_memory(&words, "/tmp", SMALL_TMP_MB);
    add_places(&words, confinement);
    add(&words, "--dir", READY, "--remount-ro", "/", NULL);
    add(&words, "--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--setenv",
        "HOME", "/tmp", "--setenv", "LC_ALL", "C.UTF-8", NULL);
    add(&words, "--chdir",
        confinement->folder == NULL ? "/" : confinement->folder, NULL);
    add_number(&words, "--info-fd", fds[0]);
    add_number(&words, "--block-fd", fds[1]);
    if (fds[2] >= 0)
        add_number(&words, "--seccomp", fds[2]);
    add(&words, "--", NULL);
    for (; *argv != NULL; argv++)
        add(&words, *argv, NULL);
    return words;
}

// ---- Starting it ----

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

// fds: bwrap's ends of info, block and seccomp.
static pid_t start(const struct confinement *confinement, char *const argv[],
                   int output, const int fds[3], uid_t user)
{
    static char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
    struct words words = command_line(confinement, argv, fds);
    int kept[4] = { fds[0], fds[1], fds[2], -1 };
    qsort(kept, fds[2] >= 0 ? 3 : 2, sizeof *kept, compare);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        room_enter(confinement, output, kept);
        room_become(user, parent, SIGKILL);
        execve(BWRAP, words.all, environment);
        _exit(127);
    }
    free_words(&words);
    return pid;
}

// Reads the number of the sandbox's init. 0 if bwrap has ended before.
static pid_t read_init(int info)
{
    char text[512] = "";
    size_t n = 0;
    struct pollfd fd = { info, POLLIN, 0 };
    while (n < sizeof text - 1 && strchr(text, '}') == NULL &&
           poll(&fd, 1, START_S * 1000) > 0) {
        ssize_t more = read(info, text + n, sizeof text - 1 - n);
        if (more <= 0)
            break;
        n += (size_t)more;
        text[n] = '\0';
    }
    const char *at = strstr(text, "\"child-pid\":");
    return at == NULL ? 0 : atoi(at + strlen("\"child-pid\":"));
}

static int open_in(pid_t init, const char *path)
{
    char *name = alloc_format("/proc/%d/root%s", init, path);
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(name);
    return fd;
}

// Waits until all is mounted. False if bwrap fails before.
static bool await_ready(pid_t init, int init_fd)
{
    struct pollfd end = { init_fd, POLLIN, 0 };
    for (int ms = 0; ms < START_S * 1000; ms++) {
        int fd = open_in(init, READY);
        if (fd >= 0) {
            close(fd);
            return true;
        }
        if (poll(&end, 1, 1) > 0)
            return false;
    }
    return false;
}

static bool open_places(const struct confinement *confinement,
                        struct room *room)
{
    room->proc = open_in(room->init, "/proc");
    room->places[room->n_places++] = open_in(room->init, "/tmp");
    for (const char *const *at = confinement->writable;
         at != NULL && *at != NULL && room->n_places <= MOST_WRITABLE; at++) {
        char *from, *to;
        room_split(*at, &from, &to);
        room->places[room->n_places++] = open_in(room->init, to);
        free(from);
        free(to);
    }
    for (int k = 0; k < room->n_places; k++) {
        if (room->places[k] < 0)
            return false;
    }
    return room->proc >= 0;
}

// Returns bwrap's first line, which the caller frees.
static char *read_why(int output)
{
    char text[512];
    ssize_t n = read(output, text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return n > 0 ? alloc_line(text) : alloc_string("bwrap does not start");
}

static void give_up(struct room *room)
{
    sandbox_kill(room);
    kill(room->child, SIGKILL);
    while (waitpid(room->child, NULL, 0) < 0 && errno == EINTR)
        ;
    for (int k = 0; k < room->n_places; k++)
        close(room->places[k]);
    close(room->proc);
    close(room->init_fd);
    close(room->output);
}

// Waits for the sandbox and lets the command begin.
static char *enter(const struct confinement *confinement, struct room *room,
                   int info, int block)
{
    room->init = read_init(info);
    if (room->init > 0)
        room->init_fd = (int)syscall(SYS_pidfd_open, room->init, 0);
    bool begun = room->init_fd >= 0 && await_ready(room->init, room->init_fd) &&
                 open_places(confinement, room) && write(block, "", 1) == 1;
    if (begun)
        return NULL;
    char *why =
        room->init > 0 && room->init_fd >= 0 ? NULL : read_why(room->output);
    give_up(room);
    return why != NULL ? why : alloc_string("bwrap does not become ready");
}

char *sandbox_start(const struct confinement *confinement, char *const argv[],
                    struct room *room)
{
    // If bwrap ends first, the sandbox's init becomes a child of this process,
    // which can then wait for it.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    *room = (struct room){ .init_fd = -1, .proc = -1 };
    int output[2], info[2], block[2];
    if (pipe2(output, O_CLOEXEC) != 0 || pipe2(info, O_CLOEXEC) != 0 ||
        pipe2(block, O_CLOEXEC) != 0)
        return alloc_format("no pipe: %s", strerror(errno));
    room->user = room_find_user();
    int fds[3] = { info[1], block[0], refused_calls() };
    room->child = start(confinement, argv, output[1], fds, room->user);
    room->output = output[0];
    close(output[1]);
    close(info[1]);
    close(block[0]);
    close(fds[2]);
    char *why = room->child < 0
                    ? alloc_format("no process: %s", strerror(errno))
                    : enter(confinement, room, info[0], block[1]);
    close(info[0]);
    close(block[1]);
    return why;
}

void sandbox_kill(const struct room *room)
{
    if (room->init_fd >= 0)
        syscall(SYS_pidfd_send_signal, room->init_fd, SIGKILL, NULL, 0);
}

// ---- Can there be one? ----

static char missing[256];

static void probe(void)
{
    struct confinement nothing = { .wall_s = START_S,
                                   .cpu_s = START_S,
                                   .file_mb = 1 };
    char *argv[] = { "true", NULL };
    struct room room;
    char *why = sandbox_start(&nothing, argv, &room);
    if (why == NULL)
        give_up(&room);
    else
        snprintf(missing, sizeof missing,
                 "no sandbox on this machine (%s): limits alone", why);
    free(why);
}

const char *sandbox_missing(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, probe);
    return missing[0] == '\0' ? NULL : missing;
}
