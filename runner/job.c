// Forks a process for one run, watches it, and judges it when it has ended. The
// process leads a group of its own, so that what it forks can be killed with
// it. The parent has one thread, so it may fork at any time.
#include "runner/job.h"

#include "rt/clock.h"
#include "runner/world.h"
#include "tape/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The tester ends a test at its limit, and reports the stacks. The runner can
// only kill the process, so it waits this much longer.
#define GRACE_S 15

// How often job_await looks at the deadline.
#define TICK_MS 500

// Redirects the process's stdin to /dev/null, and its stdout and stderr to the
// output file or to the relay.
static void redirect(struct job *job)
{
    int null = open("/dev/null", O_RDWR);
    if (null > STDIN_FILENO)
        dup2(null, STDIN_FILENO);
    if (job->is_again) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    } else if (job->output.fd >= 0) {
        dup2(job->output.fd, STDOUT_FILENO);
        dup2(job->output.fd, STDERR_FILENO);
    }
    relay_begin_run(&job->relay);
    // The runner's other files: a Raft must not write to them.
    close_range(STDERR_FILENO + 1, ~0U, 0);
}

// Applies to this process and those that it forks.
static void give_up_terminal(void)
{
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0)
        return;
    ioctl(terminal, TIOCNOTTY);
    close(terminal);
}

void job_begin_process(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);  // The parent died before the prctl.
    give_up_terminal();
}

// Runs the test, in the new process. Never returns.
_Noreturn static void run_test(struct job *job, const struct options *options,
                               pid_t parent, const sigset_t *mask)
{
    setpgid(0, 0);
    job_begin_process(parent);
    redirect(job);
    sigprocmask(SIG_SETMASK, mask, NULL);

    verdict_attach(job->verdict);
    recording_start(&job->recording);
    world_run(options->tests[job->test], options,
              options_seed(options, job->run));

    fflush(NULL);
    _exit(EXIT_SUCCESS);
}

// The longest limit that a test may have. In the simulator it is that of a long
// scenario. The tester's limit is of virtual time there, which passes faster
// than real time and processor time.
static int outer_limit_s(const struct options *options)
{
    return options->limit_s * (world_is_simulated ? LONG_TEST_FACTOR : 1);
}

static int64_t patience_ns(const struct options *options)
{
    return (outer_limit_s(options) + GRACE_S) * 1000L * NS_PER_MS;
}

static void set_deadline(struct job *job, const struct options *options)
{
    job->deadline_ns = clock_now_ns() + patience_ns(options);
}

// Forks the process. False, with errno set, if it cannot be had.
static bool start_process(struct job *job, const struct options *options)
{
    *job->verdict = (struct verdict){ 0 };
    job->out_of_time = false;
    job->sent_signal = 0;
    job->processor_ns = 0;
    set_deadline(job, options);
    recording_prepare(&job->recording, options, job->is_again);
    if (options->written != NULL)
        tape_clear(options->written);
    if (options->asked != NULL)
        tape_clear(options->asked);

    fflush(NULL);  // Else the child would print our buffers again.
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        run_test(job, options, parent, job->mask);
    if (pid < 0)
        return false;
    setpgid(pid, pid);  // Parent and child both call it: either may come first.
    relay_begin(&job->relay);
    job->pid = pid;
    return true;
}

bool job_start(struct job *job, const struct options *options,
               const sigset_t *mask)
{
    job->mask = mask;
    job->is_again = false;
    const struct lab_test *test = options->tests[job->test];
    job->output = (struct output){ .fd = -1 };
    job->relay = relay_none;
    bool opened =
        options_is_live(options)
            ? relay_open(&job->relay)
            : output_open(&job->output, options->logs, test, job->run);
    if (!opened)
        return false;

    if (!start_process(job, options)) {
        int error = errno;
        relay_end(&job->relay);
        output_discard(&job->output);
        errno = error;
        return false;
    }
    return true;
}

// Kills the process, which may have left its group, and the group.
static void kill_all(const struct job *job)
{
    kill(job->pid, SIGKILL);
    kill(-job->pid, SIGKILL);
}

static void await_end(const struct job *job)
{
    siginfo_t info;
    while (waitid(P_PID, (id_t)job->pid, &info, WEXITED | WNOWAIT) < 0 &&
           errno == EINTR)
        ;
}

// Waits for the process, which has ended or was killed. Kills and waits for
// what it forked, too, which has become the runner's child. Returns the wait
// status, and the resources used in *usage.
static int reap(struct job *job, struct rusage *usage)
{
    await_end(job);
    kill_all(job);  // While it is a zombie, its pid is not used again.
    int wait_status = 0;
    while (wait4(job->pid, &wait_status, 0, usage) < 0 && errno == EINTR)
        ;
    while (waitpid(-job->pid, NULL, 0) > 0 || errno == EINTR)
        ;
    job->pid = 0;
    return wait_status;
}

bool job_has_ended(const struct job *job)
{
    siginfo_t info = { 0 };
    int error =
        waitid(P_PID, (id_t)job->pid, &info, WEXITED | WNOHANG | WNOWAIT);
    return error == 0 && info.si_pid == job->pid;
}

// Is a debugger attached? Then there is no time limit.
static bool is_traced(const struct job *job)
{
    char path[64], line[200];
    snprintf(path, sizeof path, "/proc/%d/status", (int)job->pid);
    FILE *file = fopen(path, "r");
    int tracer = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "TracerPid: %d", &tracer) == 1)
            break;
    }
    if (file != NULL)
        fclose(file);
    return tracer != 0;
}

static int64_t processor_time_ns(const struct job *job)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(job->pid, &clock) != 0 ||
        clock_gettime(clock, &time) != 0)
        return 0;
    return time.tv_sec * 1000 * NS_PER_MS + time.tv_nsec;
}

// May a simulated run go on after its deadline? A busy machine may give it
// little processor time. As long as it gets some, its limit is of processor
// time.
static bool may_go_on(struct job *job, const struct options *options)
{
    int64_t used_ns = processor_time_ns(job);
    bool progress =
        used_ns > job->processor_ns && used_ns < patience_ns(options);
    if (!world_is_simulated || !progress)
        return false;
    job->processor_ns = used_ns;
    set_deadline(job, options);
    return true;
}

static void look_at_deadline(struct job *job, const struct options *options)
{
    if (clock_now_ns() < job->deadline_ns || job->out_of_time ||
        is_traced(job) || may_go_on(job, options))
        return;
    job->out_of_time = true;
    kill_all(job);
}

// In virtual time: starts a failed run once more, to record it, if that is
// wanted. Returns whether the run was started.
static bool runs_again(struct job *job, const struct options *options,
                       const struct result *result)
{
    if (!world_is_simulated || !job->wants_record || job->is_again ||
        options->records != NULL || result->outcome != FAILED)
        return false;
    job->is_again = true;
    job->failed = *result;
    job->is_again = start_process(job, options);
    if (!job->is_again) {
        fprintf(stderr, "lab: %s could not run again for its record: %s\n",
                options->tests[job->test]->name, strerror(errno));
        recording_free(&job->recording);
    }
    return job->is_again;
}

// Writes the record of the run that has ended, if it is to have one. Of one
// that ran again the first result counts.
static void end_record(struct job *job, const struct options *options,
                       struct result *result)
{
    if (job->is_again) {
        if (result->hash != job->failed.hash) {
            fprintf(stderr,
                    "lab: the recorded run of %s is not the run that "
                    "failed: it is not kept\n",
                    options->tests[job->test]->name);
            recording_free(&job->recording);
        }
        result_free(result);
        *result = job->failed;
    }
    if (options->records != NULL ||
        (job->wants_record && result->outcome == FAILED))
        recording_end(&job->recording, options, job->test, job->run, result);
    if (job->is_again)
        recording_free(&job->recording);
    job->is_again = false;
}

double job_seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

// Reaps the process, which has ended or was killed.
static struct ending ending_of(struct job *job, const struct options *options)
{
    struct rusage usage = { 0 };
    struct ending ending = {
        .wait_status = reap(job, &usage),
        .out_of_time = job->out_of_time,
        .sent_signal = job->sent_signal,
        .limit_s = outer_limit_s(options),
        .grace_s = GRACE_S,
        .simulated = world_is_simulated,
    };
    ending.memory_kb = usage.ru_maxrss;
    ending.cpu_s = job_seconds(usage.ru_utime) + job_seconds(usage.ru_stime);
    return ending;
}

bool job_poll(struct job *job, const struct options *options,
              struct result *result)
{
    if (!job_has_ended(job)) {
        look_at_deadline(job, options);
        return false;
    }
    struct ending ending = ending_of(job, options);
    relay_end(&job->relay);
    *result = result_judge(job->verdict, ending);
    if (runs_again(job, options, result))
        return false;
    end_record(job, options, result);
    return true;
}

struct ending job_await(pid_t pid, const struct options *options)
{
    struct job job = { .pid = pid };
    set_deadline(&job, options);
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    while (!job_has_ended(&job)) {
        // A kernel that knows no such files lets us look often.
        struct pollfd end = { .fd = fd, .events = POLLIN };
        poll(&end, 1, fd >= 0 ? TICK_MS : 1);
        look_at_deadline(&job, options);
    }
    if (fd >= 0)
        close(fd);
    return ending_of(&job, options);
}

bool job_owns(const struct job *job, pid_t pid)
{
    return job->pid != 0 && pid > 0 &&
           (job->pid == pid || job->pid == getpgid(pid));
}

void job_blame(struct job *job, int signal)
{
    job->sent_signal = signal;
    kill_all(job);
}

void job_end(const struct job *job)
{
    kill_all(job);
    await_end(job);
}

void job_kill(struct job *job)
{
    kill_all(job);
    reap(job, NULL);
    relay_end(&job->relay);
    output_discard(&job->output);
    if (job->is_again)
        result_free(&job->failed);
}

void job_free(struct job *job)
{
    recording_free(&job->recording);
}
