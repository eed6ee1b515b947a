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
    // Set by the caller of job_start.
    struct verdict *verdict;  // In memory shared with the run's process.
    int test;                 // Its index in options->tests.
    int run;                  // Counted from 1.
    bool is_second;           // The first was inconclusive.
    bool wants_record;        // Record the run if it fails.

    pid_t pid;             // 0: not running.
    struct output output;  // One of these two is used: the relay if the options
    struct relay relay;    // ask for live output, else the file.
    int64_t deadline_ns;
    int64_t processor_ns;  // Processor time used when the deadline was set.
    bool out_of_time;
    int sent_signal;  // To the runner; 0: none.

    struct recording recording;
    bool is_again;         // It has failed, and runs again to be recorded.
    struct result failed;  // Of the failed run, while it runs again.
    const sigset_t *mask;  // See job_start.
};

// Called in the new process of a run. From now on it is killed when its parent
// dies, and has no controlling terminal: it cannot open /dev/tty.
void job_begin_process(pid_t parent);

// Starts the run. False, with errno set, if it could not be started.
//   mask  the signals that the process must block: those that the runner
//         blocked at its start; it must outlive the job
bool job_start(struct job *job, const struct options *options,
               const sigset_t *mask);

// Has the run ended? If so, sets *result. The process, and all that it forked,
// have ended then; the job can start another run once its output is closed. A
// run that has failed in virtual time may run again first, to be recorded.
// Kills a process that is past its limit. Never blocks.
bool job_poll(struct job *job, const struct options *options,
              struct result *result);

// Waits for a process that the caller has forked for a run, and that leads a
// group. Kills it when it is past its limit, and kills all that it forked.
struct ending job_await(pid_t pid, const struct options *options);

// The processor time in a struct rusage, in seconds.
double job_seconds(struct timeval time);

// Is this process the run's, or one that it has forked?
bool job_owns(const struct job *job, pid_t pid);

// Fails the run, whose process has sent this signal to the runner, and kills
// it. job_poll then tells that it has ended.
void job_blame(struct job *job, int signal);

// Has the process of a running job ended? job_poll and job_kill wait for it.
bool job_has_ended(const struct job *job);

// Kills the processes of a running job, which stay as zombies until job_kill.
void job_end(const struct job *job);

// Kills the run.
void job_kill(struct job *job);

// Frees what a job keeps from run to run. It must not run.
void job_free(struct job *job);

#endif
