// The core and its inbox. The mutex guards the queue, and nothing of Raft.
#include "core.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <stdlib.h>

struct job {
    work *do_it;
    void *arg;
    // The caller of ask() waits, and keeps the job on its stack.
    bool is_awaited;
    bool is_done;
    struct job *next;
};

void inbox_init(struct inbox *inbox)
{
    pthread_mutex_init(&inbox->mu, NULL);
    cond_init(&inbox->arrived);
    pthread_cond_init(&inbox->done, NULL);
}

void inbox_free(struct inbox *inbox)
{
    pthread_cond_destroy(&inbox->done);
    pthread_cond_destroy(&inbox->arrived);
    pthread_mutex_destroy(&inbox->mu);
}

static void enqueue_locked(struct inbox *inbox, struct job *job)
{
    if (inbox->first == NULL)
        inbox->first = job;
    else
        inbox->last->next = job;
    inbox->last = job;
    pthread_cond_signal(&inbox->arrived);
}

void post(struct raft *rf, work *do_it, void *arg)
{
    struct job *job = alloc(sizeof *job);
    job->do_it = do_it;
    job->arg = arg;
    pthread_mutex_lock(&rf->inbox.mu);
    enqueue_locked(&rf->inbox, job);
    pthread_mutex_unlock(&rf->inbox.mu);
}

void ask(struct raft *rf, work *do_it, void *arg)
{
    struct job job = { .do_it = do_it, .arg = arg, .is_awaited = true };
    pthread_mutex_lock(&rf->inbox.mu);
    enqueue_locked(&rf->inbox, &job);
    while (!job.is_done)
        pthread_cond_wait(&rf->inbox.done, &rf->inbox.mu);
    pthread_mutex_unlock(&rf->inbox.mu);
}

// Returns the next job; NULL if a timeout came first.
static struct job *next_job(struct raft *rf)
{
    struct inbox *inbox = &rf->inbox;
    int64_t due_ns =
        rf->election_ns < rf->heartbeat_ns ? rf->election_ns : rf->heartbeat_ns;
    pthread_mutex_lock(&inbox->mu);
    while (inbox->first == NULL && clock_now_ns() < due_ns)
        cond_wait_until(&inbox->arrived, &inbox->mu, due_ns);
    struct job *job = inbox->first;
    if (job != NULL)
        inbox->first = job->next;
    pthread_mutex_unlock(&inbox->mu);
    return job;
}

static void finish(struct inbox *inbox, struct job *job)
{
    if (!job->is_awaited) {
        free(job);
        return;
    }
    pthread_mutex_lock(&inbox->mu);
    job->is_done = true;
    pthread_cond_broadcast(&inbox->done);
    pthread_mutex_unlock(&inbox->mu);
}

void core(void *arg)
{
    struct raft *rf = arg;
    while (!rf->stopped || rf->n_calls > 0) {
        struct job *job = next_job(rf);
        if (job != NULL) {
            job->do_it(rf, job->arg);
            finish(&rf->inbox, job);
        }
        int64_t now_ns = clock_now_ns();
        if (now_ns >= rf->heartbeat_ns)
            core_beat(rf);
        if (now_ns >= rf->election_ns)
            core_begin_asking(rf);
    }
}
