// The back end on threads of the system. All but one wait for their turn in
// futex(2). A pthread lock would show ThreadSanitizer an order between them
// that the program under test does not have.
#include "sim/osthread.h"

#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

// The part of a stack that the system and ThreadSanitizer use.
#define SYSTEM_SHARE ((size_t)1 << 20)

static void give_turn(struct sim_fiber *to)
{
    atomic_store(&to->turn, 1);
    syscall(SYS_futex, &to->turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void await_turn(struct sim_fiber *self)
{
    while (atomic_load(&self->turn) == 0)
        syscall(SYS_futex, &self->turn, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    atomic_store(&self->turn, 0);
    if (self->stop)
        __real_pthread_exit(NULL);
}

static void *begin(void *arg)
{
    struct sim_fiber *self = arg;
    await_turn(self);
    self->run(self->arg);
    abort();  // It must not return.
}

int sim_osthread_make(struct sim_fiber *fiber, size_t size)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, size + SYSTEM_SHARE);
    int error =
        __real_pthread_create(&fiber->os_thread, &attributes, begin, fiber);
    pthread_attr_destroy(&attributes);
    if (error != 0)
        return error;
    // Reports walk the stack, so they need its bounds.
    __real_pthread_getattr_np(fiber->os_thread, &attributes);
    void *lowest;
    pthread_attr_getstack(&attributes, &lowest, &fiber->size);
    pthread_attr_destroy(&attributes);
    fiber->stack = lowest;
    return 0;
}

void sim_osthread_switch(struct sim_fiber *from, struct sim_fiber *to)
{
    int saved_errno = errno;
    give_turn(to);
    await_turn(from);
    errno = saved_errno;
}

void sim_osthread_leave(struct sim_fiber *from, struct sim_fiber *to)
{
    give_turn(to);
    await_turn(from);
    abort();  // sim_fiber_destroy stops the thread before this.
}

void sim_osthread_destroy(struct sim_fiber *fiber)
{
    fiber->stop = true;
    give_turn(fiber);
    __real_pthread_join(fiber->os_thread, NULL);
}

void sim_osthread_name(const struct sim_fiber *fiber, const char *name)
{
    pthread_t id =
        fiber->os_thread != 0 ? fiber->os_thread : __real_pthread_self();
    __real_pthread_setname_np(id, name);
}
