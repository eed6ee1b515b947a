#include "grade/workers.h"

#include "grade/seconds.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MARK '='  // Begins the line of a submission that is graded.

// ---- In the worker ----

static int to_parent;

static void say(const char *what)
{
    dprintf(to_parent, "%s\n", what);
}

// Ctrl-C is for the parent, which stops its workers. They do not outlive it.
_Noreturn static void work(const struct grading *grading,
                           const struct submission *submission, pid_t parent)
{
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(ONE_NOT);
    char *line = NULL;
    enum one end = one_grade(grading, submission, say, &line);
    if (line != NULL)
        dprintf(to_parent, "%c%s\n", LINE_MARK, line);
    _exit((int)end);
}

// ---- In the parent ----

bool worker_start(struct worker *worker, const struct grading *grading,
                  const struct submission *submission)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        fprintf(stderr, "grade: no pipe: %s\n", strerror(errno));
        return false;
    }
    fflush(stdout);
    // A process that outlives its worker becomes a child of this one.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        to_parent = ends[1];
        work(grading, submission, parent);
    }
    close(ends[1]);
    if (pid < 0) {
        fprintf(stderr, "grade: no process: %s\n", strerror(errno));
        close(ends[0]);
        return false;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *worker = (struct worker){ .pid = pid,
                               .from = ends[0],
                               .submission = submission,
                               .began = seconds_now() };
    return true;
}

static void take_line(struct worker *worker, const char *line)
{
    if (*line == LINE_MARK)
        snprintf(worker->line, sizeof worker->line, "%s", line + 1);
    else
        snprintf(worker->doing, sizeof worker->doing, "%s", line);
}

// A line is written in one piece, and is shorter than what is read at once.
bool worker_listen(struct worker *worker)
{
    char said[4096];
    ssize_t n = read(worker->from, said, sizeof said - 1);
    if (n <= 0)
        return false;
    said[n] = '\0';
    char *rest = said;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line != '\0')
            take_line(worker, line);
    return true;
}

bool worker_has_ended(struct worker *worker, enum one *end)
{
    int status;
    if (waitpid(worker->pid, &status, WNOHANG) != worker->pid)
        return false;
    while (worker_listen(worker))
        ;
    close(worker->from);
    worker->pid = 0;
    bool is_told = WIFEXITED(status) && WEXITSTATUS(status) <= ONE_NOT;
    *end = is_told ? (enum one)WEXITSTATUS(status) : ONE_NOT;
    if (!is_told)
        fprintf(stderr, "grade: what grades %s has ended by %s\n",
                submission_label(worker->submission),
                WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "an error");
    return true;
}

static void stop(struct worker *worker)
{
    if (worker->pid == 0)
        return;
    kill(-worker->pid, SIGTERM);
    kill(worker->pid, SIGTERM);
    close(worker->from);
    worker->pid = 0;
}

void workers_stop(struct worker *workers, int n)
{
    for (int k = 0; k < n; k++)
        stop(&workers[k]);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
}
