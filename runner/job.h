// One run of one test, in a process of its own.
#ifndef RUNNER_JOB_H
#define RUNNER_JOB_H

#include "runner/options.h"
#include "runner/output.h"
#include "runner/recording.h"
#include "runner/relay.h"
#include "runner/result.h"
#include "tester/lab_test.h"
#include "tester/verdict.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

struct job {
    // Set by whoever starts it.
    struct verdict *verdict;  // Memory that the process will share with us.
    int test;                 // Its place in options->tests.
    int run;                  // Counted from 1.
    bool is_second;           // The first was inconclusive.
    bool wants_record;        // If it fails.

    pid_t pid;             // 0: not running.
    struct output output;  // Of these two one is in use: the file, or, if
    struct relay relay;    // the options ask for live output, the relay.
    int64_t deadline_ns;
    int64_t processor_ns;  // What it had used when the deadline was set.
    bool out_of_time;

    struct recording recording;
    bool is_again;         // It has failed, and runs for its record alone.
    struct result failed;  // Then: how the first run ended.
    const sigset_t *mask;  // See job_start.
};

// In the new process of a run: dies when its parent does, and has no terminal
// to open as /dev/tty.
void job_begin_process(pid_t parent);

// Starts the run. False, with errno set, if it could not be started.
//   mask  the signals that the process is to block: those that we did before
//         we began to wait for it; it lasts as long as the job
bool job_start(struct job *job, const struct options *options,
               const sigset_t *mask);

// Has the run ended? One that has failed in virtual time may run once more
// then, for its record. If so, sets *result; the process and all it forked are
// gone, and the job can start another run once its output is closed. Kills a
// process that is past its limit. Never blocks.
bool job_poll(struct job *job, const struct options *options,
              struct result *result);

// What getrusage(2) tells, as seconds.
double job_seconds(struct timeval time);

// Kills the run and forgets it.
void job_kill(struct job *job);

// Frees what a job that runs no more has kept for the next run.
void job_free(struct job *job);

#endif
