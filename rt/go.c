// A group of threads that run functions. A thread either runs a function, or is
// on the list of idle threads and waits on its own `wake` for the next
// function.
//
// A thread that has become idle first yields (rt/yield.h), and then sleeps: in
// a busy group the next function comes at once.
//
// A thread that has ended keeps its stack until it is joined; under
// ThreadSanitizer that is 0.8 MB. A closed group may be freed much later. So
// each thread that leaves the group joins the one that left before it.
#include "rt/go.h"

#include "rt/alloc.h"
#include "rt/shortage.h"
#include "rt/yield.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct go_thread {
    struct go_group *group;
    pthread_t id;
    pthread_cond_t wake;
    struct go_thread *next_in_group;
    const char *shown_name;  // The name set last. Only this thread uses it.

    // Guarded by group->mu.
    struct go_thread *next_idle;
    const char *name;
    void (*fn)(void *);  // NULL while idle.
    void *arg;
    // Written under group->mu. Read without it as a hint (yield_if_busy).
    atomic_bool called;
    bool has_joiner;  // Another thread that leaves the group joins this one.
};

struct go_group {
    char prefix[16];  // Of the names that debuggers show.

    pthread_mutex_t mu;

    // Guarded by mu.
    struct go_thread *threads;
    struct go_thread *idle;
    struct go_thread *last_left;  // NULL until a thread leaves.
    bool closing;
    bool freeing;  // go_group_free joins all threads that have no joiner.
};

struct go_group *go_group_make(void)
{
    struct go_group *group = alloc(sizeof *group);
    pthread_mutex_init(&group->mu, NULL);
    return group;
}

void go_group_set_server(struct go_group *group, int server)
{
    snprintf(group->prefix, sizeof group->prefix, "S%d ", server);
}

// Waits until there is a function to run. False once the group is closed. The
// report of a hang knows idle threads by this name (tester/waits.c).
static bool wait_for_call(struct go_thread *thread)
{
    yield_if_busy(&thread->called);
    struct go_group *group = thread->group;
    pthread_mutex_lock(&group->mu);
    while (!thread->called)
        pthread_cond_wait(&thread->wake, &group->mu);
    thread->called = false;
    bool has_work = thread->fn != NULL;
    pthread_mutex_unlock(&group->mu);
    return has_work;
}

// Puts the thread on the idle list. False if the group is closed.
static bool become_idle(struct go_thread *thread)
{
    struct go_group *group = thread->group;
    pthread_mutex_lock(&group->mu);
    thread->fn = NULL;
    bool open = !group->closing;
    if (open) {
        thread->next_idle = group->idle;
        group->idle = thread;
    }
    pthread_mutex_unlock(&group->mu);
    return open;
}

static void show_name(struct go_thread *thread)
{
    if (thread->shown_name == thread->name)
        return;
    thread->shown_name = thread->name;
    char name[64];
    snprintf(name, sizeof name, "%s%s", thread->group->prefix, thread->name);
    name[15] = '\0';  // The system's limit.
    pthread_setname_np(pthread_self(), name);
}

// Called when the thread has run its last function. Joins the one that left
// before.
static void leave(struct go_thread *thread)
{
    struct go_group *group = thread->group;
    pthread_mutex_lock(&group->mu);
    struct go_thread *before = group->freeing ? NULL : group->last_left;
    if (before != NULL)
        before->has_joiner = true;
    group->last_left = thread;
    pthread_mutex_unlock(&group->mu);
    if (before != NULL)
        pthread_join(before->id, NULL);
}

static void *run_calls(void *arg)
{
    struct go_thread *thread = arg;
    while (wait_for_call(thread)) {
        show_name(thread);
        thread->fn(thread->arg);
        if (!become_idle(thread))
            break;
    }
    leave(thread);
    return NULL;
}

void go_thread(pthread_t *id, void *(*fn)(void *), void *arg)
{
    int error = pthread_create(id, NULL, fn, arg);
    if (error != 0)
        shortage_exit(SHORTAGE_OF_THREADS, error, 0);
}

static void start_thread_locked(struct go_group *group,
                                struct go_thread *thread)
{
    thread->group = group;
    pthread_cond_init(&thread->wake, NULL);
    thread->next_in_group = group->threads;
    group->threads = thread;
    go_thread(&thread->id, run_calls, thread);
}

void go(struct go_group *group, const char *name, void (*fn)(void *), void *arg)
{
    pthread_mutex_lock(&group->mu);
    assert(!group->closing && "go() on a group that is being freed");
    struct go_thread *thread = group->idle;
    bool is_new = thread == NULL;
    if (is_new)
        thread = alloc(sizeof *thread);
    else
        group->idle = thread->next_idle;
    thread->name = name;
    thread->fn = fn;
    thread->arg = arg;
    thread->called = true;
    if (is_new)
        start_thread_locked(group, thread);
    pthread_mutex_unlock(&group->mu);
    if (!is_new)
        pthread_cond_signal(&thread->wake);
}

void go_group_close(struct go_group *group)
{
    pthread_mutex_lock(&group->mu);
    group->closing = true;
    while (group->idle != NULL) {
        struct go_thread *thread = group->idle;
        group->idle = thread->next_idle;
        thread->called = true;
        pthread_cond_signal(&thread->wake);
    }
    pthread_mutex_unlock(&group->mu);
}

void go_group_free(struct go_group *group)
{
    go_group_close(group);
    pthread_mutex_lock(&group->mu);
    group->freeing = true;
    pthread_mutex_unlock(&group->mu);
    // No lock is needed now: go() adds no threads to a closed group, and no
    // thread becomes a joiner. All are joined before any is freed, because one
    // may still be in go() and signal another.
    for (struct go_thread *thread = group->threads; thread != NULL;
         thread = thread->next_in_group)
        if (!thread->has_joiner)
            pthread_join(thread->id, NULL);
    while (group->threads != NULL) {
        struct go_thread *thread = group->threads;
        group->threads = thread->next_in_group;
        pthread_cond_destroy(&thread->wake);
        free(thread);
    }
    pthread_mutex_destroy(&group->mu);
    free(group);
}

int go_thread_id(void)
{
    static _Thread_local int id;
    if (id == 0)
        id = (int)gettid();
    return id;
}
