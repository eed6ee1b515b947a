// Keeps as many runs going as the options allow. One thread, which sleeps until
// a process ends, the user interrupts, or TICK_MS have passed.
#include "runner/schedule.h"

#include "rt/alloc.h"
#include "rt/shortage.h"
#include "runner/job.h"
#include "runner/mit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

// How often to check the runs' limits, and to print progress.
#define TICK_MS 500

// A run that must be repeated: its test's index, and its number.
struct rerun {
    int test;
    int run;
};

struct schedule {
    const struct options *options;
    struct report *report;
    int *order;                // The tests, in the order of their start.
    struct job *jobs;          // options->jobs of them, running or free.
    struct verdict *verdicts;  // One for each job, shared with its process.
    bool *has_record;          // Of each test: a run that has failed.
    int n_running;
    long long next;       // The next run to start, of n_tests * runs.
    struct rerun *again;  // Inconclusive runs, to run once more at the end.
    int n_again;
    int next_again;
    sigset_t awaited;  // The signals that signal_fd reads.
    sigset_t old_mask;
    int signal_fd;
};

struct weighed {
    int test;
    double weight;
};

static int heavier_first(const void *a, const void *b)
{
    const struct weighed *x = a;
    const struct weighed *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->test - y->test;
}

// Makes the order of the tests. It is the lab's order if the user watches, or
// wants the first failure. Else the longest test comes first, so that no long
// one runs alone at the end.
static int *order_make(const struct options *options)
{
    size_t n = (size_t)options->n_tests;
    struct weighed *tests = alloc(n * sizeof(*tests));
    for (int i = 0; i < options->n_tests; i++)
        tests[i] = (struct weighed){ i, mit_weight(options->tests[i]) };
    if (!options_is_live(options) && options->until == UNTIL_ALL_RAN)
        qsort(tests, n, sizeof(*tests), heavier_first);

    int *order = alloc(n * sizeof(*order));
    for (int i = 0; i < options->n_tests; i++)
        order[i] = tests[i].test;
    free(tests);
    return order;
}

static struct verdict *verdicts_make(int n)
{
    size_t size = (size_t)n * sizeof(struct verdict);
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        shortage_exit(SHORTAGE_OF_MEMORY, errno, size);
    return shared;
}

// Blocks the awaited signals. A signal that is ignored since the program's
// start (by nohup) stays ignored.
static void signals_block(struct schedule *s)
{
    const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    signal(SIGCHLD, SIG_DFL);  // While ignored, there are no exit statuses.
    sigemptyset(&s->awaited);
    sigaddset(&s->awaited, SIGCHLD);
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
        struct sigaction action;
        sigaction(stops[i], NULL, &action);
        if (action.sa_handler != SIG_IGN)
            sigaddset(&s->awaited, stops[i]);
    }
    sigprocmask(SIG_BLOCK, &s->awaited, &s->old_mask);
    s->signal_fd = signalfd(-1, &s->awaited, SFD_NONBLOCK | SFD_CLOEXEC);
    if (s->signal_fd < 0)
        shortage_exit(SHORTAGE_OF_FILES, errno, 0);
}

static struct schedule schedule_make(const struct options *options,
                                     struct report *report)
{
    struct schedule s = { .options = options, .report = report };
    s.order = order_make(options);
    s.jobs = alloc((size_t)options->jobs * sizeof(*s.jobs));
    s.has_record = alloc((size_t)options->n_tests * sizeof(*s.has_record));
    s.verdicts = verdicts_make(options->jobs);
    for (int i = 0; i < options->jobs; i++)
        s.jobs[i].verdict = &s.verdicts[i];
    signals_block(&s);
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // Orphans of a test become our children.
    return s;
}

static void schedule_free(struct schedule *s)
{
    close(s->signal_fd);
    sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
    munmap(s->verdicts, (size_t)s->options->jobs * sizeof(*s->verdicts));
    for (int i = 0; i < s->options->jobs; i++)
        job_free(&s->jobs[i]);
    free(s->jobs);
    free(s->has_record);
    free(s->again);
    free(s->order);
}

static bool has_next(const struct schedule *s)
{
    return s->next < (long long)s->options->n_tests * s->options->runs &&
           !report_is_enough(s->report);
}

// Called when a run has ended. If it was inconclusive for the first time, it is
// to be repeated later, when nothing else runs.
static void end_run(struct schedule *s, struct job *job, struct result *result)
{
    if (result->record != NULL && result->outcome == FAILED)
        s->has_record[job->test] = true;
    if (result->outcome != INCONCLUSIVE || job->is_second) {
        report_run(s->report, job, result);
        return;
    }
    s->again = alloc_resize(s->again, (size_t)s->n_again + 1, sizeof *s->again);
    s->again[s->n_again++] = (struct rerun){ job->test, job->run };
    report_postponed(s->report, job, result);
}

// Starts the run. False if the machine cannot hold one more now; then it is
// tried again when another has ended.
static bool start(struct schedule *s, struct job *job)
{
    job->wants_record = !s->has_record[job->test];
    bool started = job_start(job, s->options, &s->old_mask);
    if (!started && s->n_running > 0)
        return false;
    if (started) {
        s->n_running++;
    } else {
        struct result result = result_not_started(errno);
        end_run(s, job, &result);
    }
    return true;
}

// Starts the next run: run 1 of every test, then run 2 of every test, and so
// on.
static bool start_next(struct schedule *s, struct job *job)
{
    job->test = s->order[s->next % s->options->n_tests];
    job->run = (int)(s->next / s->options->n_tests) + 1;
    job->is_second = false;
    if (!start(s, job))
        return false;
    s->next++;
    return true;
}

// Repeats the inconclusive runs one at a time, when all others have ended.
static void start_again(struct schedule *s)
{
    while (s->n_running == 0 && s->next_again < s->n_again &&
           !report_is_enough(s->report)) {
        struct rerun again = s->again[s->next_again++];
        struct job *job = &s->jobs[0];
        job->test = again.test;
        job->run = again.run;
        job->is_second = true;
        start(s, job);
    }
}

static void fill(struct schedule *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        while (s->jobs[i].pid == 0 && has_next(s)) {
            if (!start_next(s, &s->jobs[i]))
                return;
        }
    }
    start_again(s);
}

static void collect(struct schedule *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        struct job *job = &s->jobs[i];
        struct result result;
        if (job->pid == 0 || !job_poll(job, s->options, &result))
            continue;
        s->n_running--;
        end_run(s, job, &result);
    }
}

// A test may not stop the runner: that is its failure. Is this its signal?
static bool is_by_a_test(struct schedule *s,
                         const struct signalfd_siginfo *signal)
{
    for (int i = 0; i < s->options->jobs; i++) {
        if (!job_owns(&s->jobs[i], (pid_t)signal->ssi_pid))
            continue;
        job_blame(&s->jobs[i], (int)signal->ssi_signo);
        return true;
    }
    return false;
}

// Waits for a signal, for TICK_MS at most. Returns the signal. Returns 0 if
// none came, or if a test sent it: then the user does not want to stop.
// Meanwhile passes on the output of the first job, if it has a relay; no other
// job can have one.
static int await_signal(struct schedule *s)
{
    struct pollfd fds[RELAY_STREAMS + 1];
    relay_poll(&s->jobs[0].relay, fds);
    fds[RELAY_STREAMS] =
        (struct pollfd){ .fd = s->signal_fd, .events = POLLIN };
    poll(fds, RELAY_STREAMS + 1, TICK_MS);
    relay_pass(&s->jobs[0].relay);

    struct signalfd_siginfo signal;
    if (read(s->signal_fd, &signal, sizeof signal) != sizeof signal)
        return 0;
    int number = (int)signal.ssi_signo;
    return number != SIGCHLD && is_by_a_test(s, &signal) ? 0 : number;
}

static void kill_all(struct schedule *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        if (s->jobs[i].pid != 0)
            job_kill(&s->jobs[i]);
    }
}

int schedule_run(const struct options *options, struct report *report)
{
    struct schedule s = schedule_make(options, report);
    int stopped_by = 0;

    fill(&s);
    while (s.n_running > 0 && stopped_by == 0) {
        int number = await_signal(&s);
        if (number != 0 && number != SIGCHLD)
            stopped_by = number;
        collect(&s);
        if (stopped_by == 0)
            fill(&s);
        report_progress(report);
    }

    kill_all(&s);
    schedule_free(&s);
    return stopped_by;
}
