// Clones a process for each life. It has one thread, and no memory of a Raft,
// so that a life costs one fork.
#include "peer/internal.h"

#include "rt/alloc.h"
#include "wire/control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// A life that has not ended.
struct living {
    int number;
    pid_t pid;
    struct living *next;
};

static struct living *all;

static bool is_confined;  // Has it a root of its own?

static struct living **find(pid_t pid)
{
    struct living **place = &all;
    while (*place != NULL && (*place)->pid != pid)
        place = &(*place)->next;
    return place;
}

// ---- Orders ----

_Noreturn static void live(const char *path, const int fds[CONTROL_FDS],
                           pid_t zygote)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != zygote)
        _exit(EXIT_FAILURE);  // The zygote died before the prctl.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // Nothing else of the zygote's stays open.
    dup2(fds[1], STDOUT_FILENO);
    dup2(fds[1], STDERR_FILENO);
    close(STDIN_FILENO);
    int own = dup2(fds[0], CONTROL_FD);
    close_range(CONTROL_FD + 1, ~0U, 0);
    life_run(path, own, is_confined);
}

static void report(int number, int wait_status)
{
    struct control_report report = { number, wait_status };
    send(CONTROL_FD, &report, sizeof report, MSG_NOSIGNAL);
}

static void begin(const char *path, int number, const int fds[CONTROL_FDS])
{
    pid_t zygote = getpid();
    pid_t pid = fork();
    if (pid == 0)
        live(path, fds, zygote);
    close(fds[0]);
    close(fds[1]);
    if (pid < 0) {
        report(number, -errno);
        return;
    }
    struct living *life = alloc(sizeof *life);
    *life = (struct living){ number, pid, all };
    all = life;
}

static void kill_life(int number)
{
    for (struct living *life = all; life != NULL; life = life->next) {
        if (life->number == number)
            kill(life->pid, SIGKILL);
    }
}

// Sets the descriptors that came along.
static void read_fds(struct msghdr *message, int fds[CONTROL_FDS])
{
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    if (control != NULL && control->cmsg_type == SCM_RIGHTS)
        memcpy(fds, CMSG_DATA(control), CONTROL_FDS * sizeof *fds);
}

// Obeys the next order. False if the judge is gone.
static bool obey(const char *path)
{
    struct control_order order;
    char control[CMSG_SPACE(CONTROL_FDS * sizeof(int))];
    struct iovec iov = { &order, sizeof order };
    struct msghdr message = { .msg_iov = &iov,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = sizeof control };
    if (recvmsg(CONTROL_FD, &message, MSG_CMSG_CLOEXEC) != sizeof order)
        return false;
    int fds[CONTROL_FDS] = { -1, -1 };
    read_fds(&message, fds);
    if (order.kind == CONTROL_BEGIN)
        begin(path, order.number, fds);
    else
        kill_life(order.number);
    return true;
}

// ---- Ends ----

static void reap(void)
{
    int wait_status;
    pid_t pid;
    while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
        struct living **place = find(pid);
        struct living *life = *place;
        if (life == NULL)
            continue;  // A child of a life.
        *place = life->next;
        report(life->number, wait_status);
        free(life);
    }
}

static int open_signals(void)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    return signalfd(-1, &ends, SFD_CLOEXEC);
}

void zygote_run(const char *path, int unconfined)
{
    is_confined = unconfined == 0;
    report(CONTROL_READY, unconfined);
    int signals = open_signals();
    struct pollfd fds[] = { { CONTROL_FD, POLLIN, 0 }, { signals, POLLIN, 0 } };
    bool has_judge = true;
    while (has_judge) {
        poll(fds, 2, -1);
        struct signalfd_siginfo info;
        if ((fds[1].revents & POLLIN) != 0 &&
            read(signals, &info, sizeof info) > 0)
            reap();
        if (fds[0].revents != 0)
            has_judge = obey(path);
    }
    for (struct living *life = all; life != NULL; life = life->next)
        kill(life->pid, SIGKILL);
    // Waited for, they count among the processor time of the test.
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
}
