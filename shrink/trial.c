#include "shrink/trial.h"

#include "events/events.h"
#include "rt/alloc.h"
#include "rt/shared.h"
#include "rt/shortage.h"
#include "runner/job.h"
#include "runner/world.h"
#include "tester/telling.h"
#include "tester/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct trials *trials_make(const struct options *options)
{
    signal(SIGCHLD, SIG_DFL);  // While ignored, there are no exit statuses.
    struct trials *trials = alloc(sizeof *trials);
    trials->options = *options;
    trials->verdict = shared_alloc(sizeof *trials->verdict);
    trials->counts = shared_alloc(sizeof *trials->counts);
    trials->written = tape_make();
    return trials;
}

void trials_free(struct trials *trials)
{
    tape_free(trials->written);
    shared_free(trials->verdict, sizeof *trials->verdict);
    shared_free(trials->counts, sizeof *trials->counts);
    result_free(&trials->result);
    free(trials->signature);
    free(trials);
}

// ---- The run's process ----

static bool is_fault(const struct event *event)
{
    switch (event->kind) {
    case EVENT_CRASHED:
    case EVENT_CUT_OFF:
    case EVENT_PAUSED:
    case EVENT_REQUEST_DOUBLED:
        return true;
    case EVENT_CLOCK:
        return event->percent != 100;
    case EVENT_LINK:
        return event->link.cut || event->link.delay_ms > 0;
    case EVENT_REQUEST_LOST:
    case EVENT_REPLY_LOST:
        return strcmp(event->message.why, "dropped") == 0;
    default:
        return false;
    }
}

static void count(void *self, const struct event *event)
{
    struct counts *counts = self;
    counts->rpcs += event->kind == EVENT_REQUEST_SENT;
    counts->faults += is_fault(event);
    counts->end_ns = event->time_ns;
}

_Noreturn static void run_test(struct trials *trials, int seed, pid_t parent)
{
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    job_begin_process(parent);
    int null = open("/dev/null", O_RDWR);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
    verdict_attach(trials->verdict);
    test_listen((struct event_reader){ count, trials->counts });
    world_run(trials->options.tests[0], &trials->options, seed);
    _exit(EXIT_SUCCESS);
}

// ---- The result ----

// The limit (--limit) of all runs but the first. A run with an edited tape
// takes no longer than the first, unless it blocks.
#define TRY_LIMIT_S 1

// A run that blocks takes no points, but much time. So it counts as many.
#define POINTS_OF_A_KILLED_RUN UINT64_C(5000000)

static void judge(struct trials *trials, struct ending ending)
{
    result_free(&trials->result);
    free(trials->signature);
    trials->result = result_judge(trials->verdict, ending);
    trials->signature = trials->result.message == NULL
                            ? NULL
                            : result_signature(&trials->result);
    trials->n_runs++;
    trials->n_points += trials->written->n->points;
    tape_sort(trials->written);
}

void trials_run(struct trials *trials, struct plan plan)
{
    struct options *options = &trials->options;
    options->repeated = (struct tape *)plan.repeated;
    options->written = trials->written;
    options->calm_percent = plan.calm_percent;
    options->calm_draws_percent = plan.calm_draws_percent;
    options->calm_from = plan.calm_from;
    options->calm_to = plan.calm_to;
    options->limit_points = plan.limit_points;
    *trials->verdict = (struct verdict){ 0 };
    *trials->counts = (struct counts){ 0 };
    tape_clear(trials->written);

    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        run_test(trials, plan.seed, parent);
    if (pid < 0)
        shortage_exit(SHORTAGE_OF_PROCESSES, errno, 0);
    struct ending ending = job_await(pid, options);
    judge(trials, ending);
    trials->was_killed = ending.out_of_time;
    if (ending.out_of_time)
        trials->n_points += POINTS_OF_A_KILLED_RUN;
    if (trials->n_runs == 1)
        options->limit_s = TRY_LIMIT_S + (int)ending.cpu_s;
    trials->was_cut_short = plan.limit_points > 0 &&
                            trials->written->n->points >= plan.limit_points;
}
