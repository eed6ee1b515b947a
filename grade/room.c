#include "grade/room.h"

#include "grade/from_to.h"
#include "grade/mirror.h"

#include "rt/alloc.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The exit status of a process that cannot become another user.
#define NOT_BECOME 127

enum { MOST_FILES = 4096 };

void room_kill(const struct room *room)
{
    // Its death is that of all, at once.
    if (room->init_fd >= 0)
        syscall(SYS_pidfd_send_signal, room->init_fd, SIGKILL, NULL, 0);
    kill(room->child, SIGTERM);
}

void room_close(struct room *room)
{
    for (int k = 0; k < room->n_places; k++)
        close(room->places[k]);
    close(room->proc);
    close(room->init_fd);
    close(room->output);
    mirror_remove(room);
    close(room->user_lock);
}

// ---- The user ----

static bool can_read(const char *place)
{
    char *from, *to;
    from_to_split(place, &from, &to);
    bool can = access(from, R_OK) == 0;
    free(from);
    free(to);
    return can;
}

// Returns the number of the first place, from 1 on, that cannot be read; 0 if
// there is none.
static int first_unreadable(const char *const *readable)
{
    for (int k = 0; readable != NULL && readable[k] != NULL; k++) {
        if (!can_read(readable[k]))
            return k + 1;
    }
    return 0;
}

char *room_check_readable(const struct confinement *confinement, uid_t user)
{
    int status = 0;
    pid_t parent = getpid(), child = user == 0 ? -1 : fork();
    if (child == 0) {
        room_become(user, parent, SIGKILL);
        _exit(first_unreadable(confinement->readable));
    }
    if (child > 0)
        waitpid(child, &status, 0);
    int first = user == 0 ? first_unreadable(confinement->readable)
                          : WEXITSTATUS(status);
    if (first == 0)
        return NULL;
    if (first == NOT_BECOME)
        return alloc_format("root cannot become user %u here, as whom it runs "
                            "submissions",
                            user);
    char *from, *to;
    from_to_split(confinement->readable[first - 1], &from, &to);
    char *why =
        user == 0
            ? alloc_format("%s cannot be read", from)
            : alloc_format("%s cannot be read by user %u, as whom root runs "
                           "submissions: let all users read it",
                           from, user);
    free(from);
    free(to);
    return why;
}

// ---- The new process ----

static void limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
    struct rlimit old;
    getrlimit(resource, &old);
    if (hard > old.rlim_max)
        hard = old.rlim_max;
    if (soft > hard)
        soft = hard;
    setrlimit(resource, &(struct rlimit){ soft, hard });
}

static void set_limits(const struct confinement *confinement)
{
    rlim_t bytes = (rlim_t)confinement->file_mb << 20;
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_NOFILE, MOST_FILES, MOST_FILES);
    limit(RLIMIT_FSIZE, bytes, bytes);
    // A second later than the watch, which sees them all. SIGXCPU comes first,
    // and says why: where both limits are equal there is SIGKILL alone.
    rlim_t cpu_s = (rlim_t)confinement->cpu_s;
    limit(RLIMIT_CPU, cpu_s + 1, cpu_s + 2);
    // If the memory of the machine is short, this goes first.
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, "1000", 4);
        close(fd);
    }
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void close_others(const int *kept, int lock)
{
    int all[MOST_KEPT + 1] = { lock }, n = lock < 0 ? 0 : 1;
    for (; *kept >= 0; kept++) {
        fcntl(*kept, F_SETFD, 0);
        all[n++] = *kept;
    }
    qsort(all, (size_t)n, sizeof *all, compare);
    unsigned from = STDERR_FILENO + 1;
    for (int k = 0; k < n; k++) {
        if ((unsigned)all[k] > from)
            syscall(SYS_close_range, from, all[k] - 1, 0);
        from = (unsigned)all[k] + 1;
    }
    syscall(SYS_close_range, from, ~0U, 0);
}

void room_enter(const struct room *room, const struct confinement *confinement,
                int input, int output, const int *kept)
{
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    close_others(kept, room->user_lock);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    struct sigaction usual = { .sa_handler = SIG_DFL };
    for (int k = 1; k < NSIG; k++)
        sigaction(k, &usual, NULL);
    umask(022);
    set_limits(confinement);
}

// The kernel forgets the signal when the user changes.
void room_become(uid_t user, pid_t parent, int death)
{
    if (user != 0 &&
        (setgroups(0, NULL) != 0 || setresgid(user, user, user) != 0 ||
         setresuid(user, user, user) != 0)) {
        static const char text[] = "cannot become another user\n";
        (void)!write(STDERR_FILENO, text, sizeof text - 1);
        _exit(NOT_BECOME);
    }
    prctl(PR_SET_PDEATHSIG, death);
    if (getppid() != parent)
        _exit(NOT_BECOME);  // It died before the prctl.
}
