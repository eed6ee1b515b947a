// Runs that go on side by side, and the signals that come meanwhile. The
// process must have no other thread, because runs are forked.
#ifndef RUNNER_POOL_H
#define RUNNER_POOL_H

#include "runner/job.h"
#include "runner/options.h"
#include "runner/result.h"

#include <signal.h>
#include <stdbool.h>

struct pool {
    struct job *jobs;  // n_jobs of them, running or free (pid is 0).
    int n_jobs;
    int n_running;

    struct verdict *verdicts;  // One for each job, shared with its process.
    sigset_t awaited;          // The signals that signal_fd reads.
    sigset_t old_mask;
    int signal_fd;
    int stopped_by;    // A signal that the caller has not got yet; or 0.
    bool child_ended;  // SIGCHLD has been read, and not been awaited.
};

// Makes the pool in *pool, which must not be moved. Until pool_free, signals
// that ask the program to stop are blocked, and orphans of a run become
// children of this process.
void pool_make(struct pool *pool, int n_jobs);
void pool_free(struct pool *pool);

// As job_start, of a job of the pool.
bool pool_start(struct pool *pool, struct job *job,
                const struct options *options);

// As job_poll. False if the job does not run.
bool pool_poll(struct pool *pool, struct job *job,
               const struct options *options, struct result *result);

// Starts the run in the pool's first job, and waits for it. Nothing else may
// run. Its output is gone then, but for its last words. Returns 0; or a signal
// that asks the program to stop: then the run was killed, and the result is
// empty.
//   test, run  as in struct job
int pool_run_alone(struct pool *pool, int test, int run,
                   const struct options *options, struct result *result);

// Waits until a process ends, the user interrupts, or half a second has passed.
// Returns the signal if it asks the program to stop. Returns 0 if none does, or
// if a test sent it: then the user does not want to stop, and the test fails.
int pool_await(struct pool *pool);

// Returns a signal that has come meanwhile and asks the program to stop, or 0.
int pool_take_signal(struct pool *pool);

// Kills all runs.
void pool_kill(struct pool *pool);

#endif
