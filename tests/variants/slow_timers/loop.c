// A queue under a lock, and the thread that empties it.
#include "loop.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <pthread.h>
#include <stdlib.h>

struct loop {
    int64_t (*settle)(void *owner);
    void *owner;
    pthread_t thread;

    pthread_mutex_t mu;

    // Guarded by mu.
    struct event *first;
    struct event **end;
    bool stopping;
    pthread_cond_t work;  // An event has come, or the loop is to stop.
    pthread_cond_t done;  // Some asked events are done.
};

static void enqueue(struct loop *loop, struct event *event)
{
    event->next = NULL;
    *loop->end = event;
    loop->end = &event->next;
    pthread_cond_signal(&loop->work);
}

// Waits for events. Returns none if it is time to settle or to stop.
static struct event *take_all(struct loop *loop, int64_t wake_ns)
{
    while (loop->first == NULL && !loop->stopping && clock_now_ns() < wake_ns)
        cond_wait_until(&loop->work, &loop->mu, wake_ns);
    struct event *all = loop->first;
    loop->first = NULL;
    loop->end = &loop->first;
    return all;
}

// Handles each event. Returns those whose callers wait; act has freed the
// others.
static struct event *act_on(struct event *all)
{
    struct event *asked = NULL;
    while (all != NULL) {
        struct event *event = all;
        all = event->next;
        bool is_asked = event->is_asked;
        event->act(event);
        if (is_asked) {
            event->next = asked;
            asked = event;
        }
    }
    return asked;
}

static void tell_askers(struct loop *loop, struct event *asked)
{
    if (asked == NULL)
        return;
    while (asked != NULL) {
        struct event *event = asked;
        asked = event->next;
        event->is_done = true;
    }
    pthread_cond_broadcast(&loop->done);
}

static void *run(void *arg)
{
    struct loop *loop = arg;
    int64_t wake_ns = loop->settle(loop->owner);
    pthread_mutex_lock(&loop->mu);
    for (;;) {
        struct event *events = take_all(loop, wake_ns);
        if (events == NULL && loop->stopping)
            break;
        pthread_mutex_unlock(&loop->mu);
        struct event *asked = act_on(events);
        wake_ns = loop->settle(loop->owner);
        pthread_mutex_lock(&loop->mu);
        tell_askers(loop, asked);
    }
    pthread_mutex_unlock(&loop->mu);
    return NULL;
}

struct loop *loop_make(int64_t (*settle)(void *owner), void *owner)
{
    struct loop *loop = alloc(sizeof *loop);
    loop->settle = settle;
    loop->owner = owner;
    loop->end = &loop->first;
    pthread_mutex_init(&loop->mu, NULL);
    cond_init(&loop->work);
    pthread_cond_init(&loop->done, NULL);
    return loop;
}

void loop_start(struct loop *loop)
{
    if (pthread_create(&loop->thread, NULL, run, loop) != 0)
        abort();
}

void loop_tell(struct loop *loop, struct event *event)
{
    event->is_asked = false;
    pthread_mutex_lock(&loop->mu);
    enqueue(loop, event);
    pthread_mutex_unlock(&loop->mu);
}

void loop_ask(struct loop *loop, struct event *event)
{
    event->is_asked = true;
    event->is_done = false;
    pthread_mutex_lock(&loop->mu);
    enqueue(loop, event);
    while (!event->is_done)
        pthread_cond_wait(&loop->done, &loop->mu);
    pthread_mutex_unlock(&loop->mu);
}

void loop_stop(struct loop *loop)
{
    pthread_mutex_lock(&loop->mu);
    loop->stopping = true;
    pthread_cond_signal(&loop->work);
    pthread_mutex_unlock(&loop->mu);
    pthread_join(loop->thread, NULL);
    pthread_cond_destroy(&loop->work);
    pthread_cond_destroy(&loop->done);
    pthread_mutex_destroy(&loop->mu);
    free(loop);
}
