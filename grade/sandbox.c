// A sandbox of bubblewrap: all of its namespaces, an empty read-only root with
// /usr, what the command may read, and folders in memory that it may write to.
#include "grade/bubblewrap.h"
#include "grade/from_to.h"
#include "grade/keeper.h"
#include "grade/refused_calls.h"
#include "grade/room.h"
#include "grade/user.h"

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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY "/.raftlab-ready"  // In the sandbox, made last.

enum { SMALL_TMP_MB = 64, START_S = 20, PROBES = 3 };

// The most processes and threads of a sandbox, and of one that makes rooms.
// They are too few to use up the numbers of processes of the whole machine,
// which a fork bomb does before it is seen.
enum { MOST_TASKS = 2000, MOST_TASKS_IN_ROOMS = 25000 };

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
        from_to_split(*at, &from, &to);
        add(words, "--ro-bind", from, to, NULL);
        free(from);
        free(to);
    }
    for (const char *const *at = confinement->writable;
         at != NULL && *at != NULL; at++) {
        char *from, *to;
        from_to_split(*at, &from, &to);
        add_memory(words, to, confinement->file_mb);
        free(from);
        free(to);
    }
}

// The command begins when a line comes on stdin: only then is it watched. If
// the grading dies before, it never does.
#define GATE "read -r _ && exec \"$@\" < /dev/null"

// The limit of processes is set inside: there it counts the sandbox's alone.
static void add_limit_of_tasks(struct words *words,
                               const struct confinement *confinement)
{
    int most = confinement->makes_rooms ? MOST_TASKS_IN_ROOMS : MOST_TASKS;
    if (confinement->processes < most / THREADS_EACH)
        most = confinement->processes * THREADS_EACH;
    char *limit = alloc_format("--nproc=%d:%d", most, most);
    add(words, "prlimit", limit, "--", NULL);
    free(limit);
}

static struct words command_line(const struct confinement *confinement,
                                 char *const argv[], int info, int seccomp)
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
    add_number(&words, "--info-fd", info);
    add_number(&words, "--seccomp", seccomp);
    add(&words, "--", "/bin/sh", "-c", GATE, "sh", NULL);
    add_limit_of_tasks(&words, confinement);
    for (; *argv != NULL; argv++)
        add(&words, *argv, NULL);
    return words;
}

// ---- Starting it ----

// The new process's ends of pipes, and the filter for seccomp.
struct ends {
    int gate, output, info, seccomp;
};

static void execute(const void *words)
{
    static char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
    execve(BWRAP, ((const struct words *)words)->all, environment);
}

static pid_t start(const struct confinement *confinement, char *const argv[],
                   const struct ends *ends, const struct room *room)
{
    struct words words =
        command_line(confinement, argv, ends->info, ends->seccomp);
    int kept[] = { ends->info, ends->seccomp, -1 };
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        room_enter(room, confinement, ends->gate, ends->output, kept);
        keeper_run(room->user, parent, execute, &words);
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

static bool is_mounted(const struct room *room)
{
    int fd = open_in(room->init, READY);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

// Does the sandbox's init wait for the command, with nothing left to do? Then
// it dies with bwrap.
static bool is_waiting(const struct room *room)
{
    char text[256] = "";
    int fd = openat(room->proc, "1/stat", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *state = strrchr(text, ')');
    return state != NULL && strncmp(state, ") S", 3) == 0 &&
           faccessat(room->proc, "2", F_OK, 0) == 0;
}

// False if the sandbox ends before, or takes too long.
static bool await(const struct room *room, bool (*is_so)(const struct room *))
{
    struct pollfd end = { room->init_fd, POLLIN, 0 };
    for (int ms = 0; ms < START_S * 1000; ms++) {
        if (is_so(room))
            return true;
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
        from_to_split(*at, &from, &to);
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
    if (room->child > 0) {
        room_kill(room);
        while (waitpid(room->child, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    room_close(room);
}

// Waits for the sandbox and lets the command begin.
static char *enter(const struct confinement *confinement, struct room *room,
                   int info, int gate)
{
    room->init = read_init(info);
    if (room->init > 0)
        room->init_fd = (int)syscall(SYS_pidfd_open, room->init, 0);
    bool begun = room->init_fd >= 0 && await(room, is_mounted) &&
                 open_places(confinement, room) && await(room, is_waiting) &&
                 write(gate, "\n", 1) == 1;
    if (begun)
        return NULL;
    return room->init > 0 && room->init_fd >= 0
               ? alloc_string("bwrap does not become ready")
               : read_why(room->output);
}

// Whatever the room has then, the caller closes.
static char *try_to_start(const struct confinement *confinement,
                          char *const argv[], struct room *room)
{
    char *why = user_take(&room->user, &room->user_lock);
    if (why == NULL)
        why = room_check_readable(confinement, room->user);
    int filter = why == NULL ? refused_calls() : -1;
    if (why == NULL && filter < 0)
        why = alloc_string("the filter of calls cannot be made");
    if (why != NULL)
        return why;
    int gate[2], output[2], info[2];
    if (pipe2(gate, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0 ||
        pipe2(info, O_CLOEXEC) != 0)
        return alloc_format("no pipe: %s", strerror(errno));
    struct ends ends = { gate[0], output[1], info[1], filter };
    room->child = start(confinement, argv, &ends, room);
    room->output = output[0];
    close(ends.gate);
    close(ends.output);
    close(ends.info);
    close(ends.seccomp);
    why = room->child < 0 ? alloc_format("no process: %s", strerror(errno))
                          : enter(confinement, room, info[0], gate[1]);
    close(info[0]);
    close(gate[1]);
    return why;
}

char *sandbox_start(const struct confinement *confinement, char *const argv[],
                    struct room *room)
{
    *room = (struct room){
        .init_fd = -1, .proc = -1, .output = -1, .user_lock = -1
    };
    char *why = try_to_start(confinement, argv, room);
    if (why != NULL)
        give_up(room);
    return why;
}

// ---- Can there be one? ----

#define MISSING "no sandbox on this machine"

static char missing[256];

// Returns NULL, or why there is none, in a line that the caller frees.
static char *try_one(void)
{
    struct confinement nothing = {
        .wall_s = START_S, .cpu_s = START_S, .processes = 1, .file_mb = 1
    };
    char *argv[] = { "true", NULL };
    struct room room;
    char *why = sandbox_start(&nothing, argv, &room);
    if (why == NULL)
        give_up(&room);
    return why;
}

// A whole class is graded without a sandbox if there seems to be none: a moment
// without memory must not do that.
static char *try_some_times(void)
{
    char *why = try_one();
    for (int tries = 1; why != NULL && tries < PROBES; tries++) {
        free(why);
        sleep(1);
        why = try_one();
    }
    return why;
}

static void probe(void)
{
    char *why = bubblewrap_check();
    if (why == NULL)
        why = try_some_times();
    if (why != NULL)
        snprintf(missing, sizeof missing, MISSING " (%s): limits alone", why);
    free(why);
}

bool sandbox_was_missing(const char *confined)
{
    return strncmp(confined, MISSING, strlen(MISSING)) == 0;
}

const char *sandbox_missing(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, probe);
    return missing[0] == '\0' ? NULL : missing;
}
