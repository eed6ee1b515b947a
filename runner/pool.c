#include "runner/pool.h"

#include "rt/alloc.h"
#include "rt/shared.h"
#include "rt/shortage.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

// How often the runs' limits are checked, and progress is printed.
#define TICK_MS 500

// Blocks the awaited signals. A signal that is ignored since the program's
// start (by nohup) stays ignored.
static void signals_block(struct pool *pool)
{
    const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXFSZ };
    signal(SIGCHLD, SIG_DFL);  // While ignored, there are no exit statuses.
    sigemptyset(&pool->awaited);
    sigaddset(&pool->awaited, SIGCHLD);
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
        struct sigaction action;
        sigaction(stops[i], NULL, &action);
        if (action.sa_handler != SIG_IGN)
            sigaddset(&pool->awaited, stops[i]);
    }
    sigprocmask(SIG_BLOCK, &pool->awaited, &pool->old_mask);
    pool->signal_fd = signalfd(-1, &pool->awaited, SFD_NONBLOCK | SFD_CLOEXEC);
    if (pool->signal_fd < 0)
        shortage_exit(SHORTAGE_OF_FILES, errno, 0);
}

void pool_make(struct pool *pool, int n_jobs)
{
    *pool = (struct pool){ .n_jobs = n_jobs };
    pool->jobs = alloc((size_t)n_jobs * sizeof(*pool->jobs));
    pool->verdicts = shared_alloc((size_t)n_jobs * sizeof(*pool->verdicts));
    for (int i = 0; i < n_jobs; i++)
        pool->jobs[i].verdict = &pool->verdicts[i];
    signals_block(pool);
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // Orphans of a test become our children.
}

void pool_free(struct pool *pool)
{
    close(pool->signal_fd);
    sigprocmask(SIG_SETMASK, &pool->old_mask, NULL);
    shared_free(pool->verdicts, (size_t)pool->n_jobs * sizeof(*pool->verdicts));
    for (int i = 0; i < pool->n_jobs; i++)
        job_free(&pool->jobs[i]);
    free(pool->jobs);
}

bool pool_start(struct pool *pool, struct job *job,
                const struct options *options)
{
    bool started = job_start(job, options, &pool->old_mask);
    pool->n_running += started;
    return started;
}

// A test may not stop the runner: that is its failure. Is this its signal?
static bool is_by_a_test(struct pool *pool,
                         const struct signalfd_siginfo *signal)
{
    for (int i = 0; i < pool->n_jobs; i++) {
        if (!job_owns(&pool->jobs[i], (pid_t)signal->ssi_pid))
            continue;
        job_blame(&pool->jobs[i], (int)signal->ssi_signo);
        return true;
    }
    return false;
}

// Reads the signals that have come. A sender is known only while it is there,
// as a zombie at least: so this comes before a run is waited for.
static void read_signals(struct pool *pool)
{
    struct signalfd_siginfo signal;
    while (read(pool->signal_fd, &signal, sizeof signal) == sizeof signal) {
        if (signal.ssi_signo == SIGCHLD)
            pool->child_ended = true;
        else if (!is_by_a_test(pool, &signal))
            pool->stopped_by = (int)signal.ssi_signo;
    }
}

bool pool_poll(struct pool *pool, struct job *job,
               const struct options *options, struct result *result)
{
    if (job->pid == 0)
        return false;
    if (job_has_ended(job))
        read_signals(pool);
    if (!job_poll(job, options, result))
        return false;
    pool->n_running--;
    return true;
}

int pool_take_signal(struct pool *pool)
{
    read_signals(pool);
    int stopped_by = pool->stopped_by;
    pool->stopped_by = 0;
    return stopped_by;
}

// The caller looks at all jobs afterwards. A job may have ended after the
// caller has looked at it, while pool_poll has read its SIGCHLD: then this does
// not wait. Meanwhile passes on the output of the first job, if it has a relay;
// no other job can have one.
int pool_await(struct pool *pool)
{
    struct pollfd fds[RELAY_STREAMS + 1];
    relay_poll(&pool->jobs[0].relay, fds);
    fds[RELAY_STREAMS] =
        (struct pollfd){ .fd = pool->signal_fd, .events = POLLIN };
    poll(fds, RELAY_STREAMS + 1, pool->child_ended ? 0 : TICK_MS);
    relay_pass(&pool->jobs[0].relay);
    int stopped_by = pool_take_signal(pool);
    pool->child_ended = false;
    return stopped_by;
}

static int await_first(struct pool *pool, const struct options *options,
                       struct result *result)
{
    while (!pool_poll(pool, &pool->jobs[0], options, result)) {
        int stopped_by = pool_await(pool);
        if (stopped_by == 0)
            continue;
        pool_kill(pool);
        *result = (struct result){ 0 };
        return stopped_by;
    }
    return 0;
}

int pool_run_alone(struct pool *pool, int test, int run,
                   const struct options *options, struct result *result)
{
    struct job *job = &pool->jobs[0];
    job->test = test;
    job->run = run;
    if (!pool_start(pool, job, options)) {
        *result = result_not_started(errno);
        return 0;
    }
    int stopped_by = await_first(pool, options, result);
    if (stopped_by == 0) {
        output_read_words(&job->output, result);
        output_discard(&job->output);
    }
    return stopped_by;
}

void pool_kill(struct pool *pool)
{
    for (int i = 0; i < pool->n_jobs; i++) {
        if (pool->jobs[i].pid == 0)
            continue;
        job_end(&pool->jobs[i]);
        read_signals(pool);
        job_kill(&pool->jobs[i]);
    }
    pool->n_running = 0;
}
