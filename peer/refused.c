// Takes the place of pthread_create. When the system refuses a thread, the
// judge is asked to try: what it is refused, too, is the machine's shortage,
// and no fault of the Raft.
#include "peer/refused.h"

#include "peer/internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

// A thread is tried again so often, if the judge is granted one by then.
#define MAX_TRIES   10
#define MAX_WAIT_MS 2000

static __typeof__(pthread_create) *real_pthread_create;
static bool can_ask;

void refused_find(void)
{
    *(void **)&real_pthread_create = dlsym(RTLD_NEXT, "pthread_create");
}

void refused_can_ask(void)
{
    can_ask = true;
}

static bool is_refused_to_judge(void)
{
    struct frame question = { .kind = FRAME_REFUSED }, answer = { 0 };
    peer_ask(&question, &answer);
    bool is_refused = answer.numbers[0] != 0;
    frame_free(&answer);
    return is_refused;
}

int refused_make_thread(pthread_t *id, void *(*run)(void *unused))
{
    const struct timespec ms = { .tv_nsec = 1000000 };
    int error = real_pthread_create(id, NULL, run, NULL);
    if (error == EAGAIN)
        wire_tell(peer_wire, &(struct frame){ .kind = FRAME_REFUSED });
    for (int k = 0; k < MAX_WAIT_MS && error == EAGAIN; k++) {
        nanosleep(&ms, NULL);
        error = real_pthread_create(id, NULL, run, NULL);
    }
    return error;
}

int pthread_create(pthread_t *newthread, const pthread_attr_t *attr,
                   void *(*start_routine)(void *), void *arg)
{
    int error = real_pthread_create(newthread, attr, start_routine, arg);
    for (int k = 0; k < MAX_TRIES && error == EAGAIN && can_ask; k++) {
        if (is_refused_to_judge())
            break;
        error = real_pthread_create(newthread, attr, start_routine, arg);
    }
    return error;
}
