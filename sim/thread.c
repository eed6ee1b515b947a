// Creates, ends, joins and names threads.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_SIZE     ((size_t)8 << 20)  // As the system's; mapped as needed.
#define MIN_STACK_SIZE ((size_t)256 << 10)  // Enough for a report.

static struct sim_thread *get(pthread_t id, const char *does, const void *place)
{
    struct sim_thread *thread = sim_table_find(id);
    if (thread == NULL)
        sim_misuse(place,
                   "%s a thread that has been joined already, or that "
                   "was detached and has ended",
                   does);
    return thread;
}

void sim_thread_start(void)
{
    struct sim_thread *first = sim_table_add();
    snprintf(first->name, sizeof first->name, "main");
    sim.n_alive = 1;
    sim.sync_addresses = sim_reserve((size_t)2 * MAX_SLOTS);
    first->key = first->first_key = 1;
    first->access_chance = sim_rng_make(sim.seed, ~first->key);
    sim.self = first;
    sim_schedule_add(first);
}

// ---- The life of a thread ----

// The address at which ThreadSanitizer is told that creating a thread happens
// before its first step, or (END) its last step before joining it. Nothing is
// stored there. ThreadSanitizer never forgets an address, so each thread has
// two of its own.
#define BEGIN 0
#define END   1
static void *sync_address(const struct sim_thread *thread, int which)
{
    return &sim.sync_addresses[2 * (thread->number % MAX_SLOTS) + which];
}

static void run(void *arg)
{
    struct sim_thread *self = arg;
    sim_schedule_free_ended();
    sim_acquire(sync_address(self, BEGIN));
    sim_thread_exit(self->start(self->arg));
}

// Rounds up to whole pages. A page has 4 kB on x86-64, up to 64 kB on arm64.
static size_t whole_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

// Reads the attributes with the system's own functions.
static void read_attributes(const pthread_attr_t *attr, bool *detached,
                            void **stack, size_t *size)
{
    *detached = false;
    *stack = NULL;
    *size = 0;
    if (attr != NULL) {
        int state;
        pthread_attr_getdetachstate(attr, &state);
        *detached = state == PTHREAD_CREATE_DETACHED;
        pthread_attr_getstack(attr, stack, size);
        if ((uintptr_t)*stack + *size == 0)
            *stack = NULL;  // It was not set.
    }
    if (*size == 0)
        *size = STACK_SIZE;
    if (*stack == NULL && *size < MIN_STACK_SIZE)
        *size = MIN_STACK_SIZE;
    if (*stack == NULL)
        *size = whole_pages(*size);
}

static struct sim_thread *create(const pthread_attr_t *attr,
                                 void *(*start)(void *), void *arg, int *error)
{
    struct sim_thread *thread = sim_table_add();
    if (thread == NULL) {
        *error = EAGAIN;
        return NULL;
    }
    void *stack;
    size_t size;
    read_attributes(attr, &thread->detached, &stack, &size);
    thread->start = start;
    thread->arg = arg;
    thread->home = sim.self->inside;
    thread->inside = sim.self->inside;
    memcpy(thread->name, sim.self->name, NAME_SIZE);
    sim_tape_add(thread, sim.self);
    *error = sim_fiber_make(&thread->fiber, stack, size, run, thread);
    if (*error != 0) {
        sim_table_remove(thread);
        return NULL;
    }
    sim.n_alive++;
    return thread;
}

int sim_thread_create(pthread_t *id, const pthread_attr_t *attr,
                      void *(*start)(void *), void *arg)
{
    int error;
    sim_point();
    sim_hide_begin();
    struct sim_thread *thread = create(attr, start, arg, &error);
    sim_hide_end();
    if (thread == NULL)
        return error;
    *id = thread->id;
    sim_release(sync_address(thread, BEGIN));
    sim_schedule_add(thread);
    sim_point();
    return 0;
}

void sim_thread_exit(void *value)
{
    struct sim_thread *self = sim.self;
    sim_point();
    self->value = value;
    sim_cleanup_run(self);
    sim_keys_destroy_values(self);
    sim_release(sync_address(self, END));
    if (self->home != NULL)
        sim_release(self->home);  // For what comes after its home's crash.
    self->ended = true;
    if (--sim.n_alive == 0)
        exit(0);
    sim_wake_all(&self->joiners);
    sim.last_ended = self;
    sim_schedule_end();
}

static bool next_joined(const void *object, struct sim_holder *holder)
{
    const struct sim_thread *thread = object;
    if (holder->at != NULL)
        return false;
    *holder = (struct sim_holder){ thread, thread->number, NULL };
    return true;
}

static bool has_not_ended(const void *object)
{
    return !((const struct sim_thread *)object)->ended;
}

static const struct sim_reason to_join = { .text = "to join a thread",
                                           .object = "thread",
                                           .next_holder = next_joined,
                                           .is_long = true,
                                           .must_wait = has_not_ended };

int sim_thread_join(pthread_t id, void **value, int64_t due_ns,
                    const void *place)
{
    sim_point();
    struct sim_thread *thread = get(id, "joins", place);
    if (thread->detached)
        sim_misuse(place, "joins %s, which is detached",
                   sim_who(thread->number).text);
    if (thread == sim.self)
        sim_misuse(place, "joins itself: a deadlock");
    if (thread->joiner != NULL)
        sim_misuse(place, "joins %s, which %s is joining",
                   sim_who(thread->number).text,
                   sim_who(thread->joiner->number).text);
    thread->joiner = sim.self;
    int error = 0;
    if (!thread->ended)
        error = sim_wait(&thread->joiners, due_ns, &to_join, thread, place);
    thread->joiner = NULL;
    if (!thread->ended)
        return error;
    sim_acquire(sync_address(thread, END));
    if (value != NULL)
        *value = thread->value;
    sim_table_remove(thread);
    return 0;
}

int sim_thread_detach(pthread_t id, const void *place)
{
    sim_point();
    struct sim_thread *thread = get(id, "detaches", place);
    if (thread->detached)
        sim_misuse(place, "detaches %s, which is detached already",
                   sim_who(thread->number).text);
    if (thread->joiner != NULL)
        sim_misuse(place, "detaches %s, which %s is joining",
                   sim_who(thread->number).text,
                   sim_who(thread->joiner->number).text);
    thread->detached = true;
    if (thread->ended)
        sim_table_remove(thread);
    return 0;
}

// ---- The wrapped functions ----

int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr,
                          void *(*start)(void *), void *arg)
{
    if (!sim.on)
        return __real_pthread_create(id, attr, start, arg);
    return sim_thread_create(id, attr, start, arg);
}

int __wrap_pthread_join(pthread_t id, void **value)
{
    if (!sim.on)
        return __real_pthread_join(id, value);
    return sim_thread_join(id, value, NEVER, HERE);
}

int __wrap_pthread_tryjoin_np(pthread_t id, void **value)
{
    if (!sim.on)
        return __real_pthread_tryjoin_np(id, value);
    sim_point();
    const struct sim_thread *thread = get(id, "joins", HERE);
    if (!thread->ended && !thread->detached)
        return EBUSY;
    return sim_thread_join(id, value, NEVER, HERE);
}

int __wrap_pthread_clockjoin_np(pthread_t id, void **value, clockid_t clock,
                                const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_clockjoin_np(id, value, clock, time);
    int64_t due_ns = time != NULL ? sim_due(clock, time, HERE) : NEVER;
    return sim_thread_join(id, value, due_ns, HERE);
}

int __wrap_pthread_timedjoin_np(pthread_t id, void **value,
                                const struct timespec *time)
{
    if (!sim.on)
        return __real_pthread_timedjoin_np(id, value, time);
    int64_t due_ns = time != NULL ? sim_due(CLOCK_REALTIME, time, HERE) : NEVER;
    return sim_thread_join(id, value, due_ns, HERE);
}

int __wrap_pthread_detach(pthread_t id)
{
    if (!sim.on)
        return __real_pthread_detach(id);
    return sim_thread_detach(id, HERE);
}

void __wrap_pthread_exit(void *value)
{
    if (!sim.on)
        __real_pthread_exit(value);
    sim_thread_exit(value);
}

// Called at the end of pthread_exit: see cleanup.c.
void __wrap___pthread_unwind_next(__pthread_unwind_buf_t *buffer)
{
    if (!sim.on)
        __real___pthread_unwind_next(buffer);
    sim_thread_exit(sim.self->value);
}

pthread_t __wrap_pthread_self(void)
{
    return sim.on ? sim.self->id : __real_pthread_self();
}

int __wrap_pthread_equal(pthread_t a, pthread_t b)
{
    return a == b;
}

int __wrap_pthread_setname_np(pthread_t id, const char *name)
{
    if (!sim.on)
        return __real_pthread_setname_np(id, name);
    struct sim_thread *thread = get(id, "names", HERE);
    size_t length = strlen(name);
    if (length >= NAME_SIZE)
        return ERANGE;
    sim_hide_begin();
    memcpy(thread->name, name, length + 1);
    thread->is_named = true;
    sim_hide_end();
    sim_fiber_name(&thread->fiber, name);
    return 0;
}

int __wrap_pthread_getname_np(pthread_t id, char *name, size_t size)
{
    if (!sim.on)
        return __real_pthread_getname_np(id, name, size);
    const struct sim_thread *thread = get(id, "asks for the name of", HERE);
    sim_hide_begin();
    size_t length = strlen(thread->name);
    if (length < size)
        memcpy(name, thread->name, length + 1);
    sim_hide_end();
    return length < size ? 0 : ERANGE;
}

int __wrap_pthread_getattr_np(pthread_t id, pthread_attr_t *attr)
{
    if (!sim.on)
        return __real_pthread_getattr_np(id, attr);
    const struct sim_thread *thread =
        get(id, "asks for the attributes of", HERE);
    if (thread->number == 0)
        return __real_pthread_getattr_np(__real_pthread_self(), attr);
    pthread_attr_init(attr);
    pthread_attr_setstack(attr, thread->fiber.stack, thread->fiber.size);
    pthread_attr_setdetachstate(attr, thread->detached
                                          ? PTHREAD_CREATE_DETACHED
                                          : PTHREAD_CREATE_JOINABLE);
    return 0;
}

// ---- Cancellation, which is refused ----

int __wrap_pthread_cancel(pthread_t id)
{
    if (!sim.on)
        return __real_pthread_cancel(id);
    sim_misuse(HERE, "calls pthread_cancel, which is not simulated: tell the "
                     "thread, through a flag under a lock, that it is to end");
}

// No thread is cancelled, so these only keep what was set.
int __wrap_pthread_setcancelstate(int state, int *old)
{
    if (!sim.on)
        return __real_pthread_setcancelstate(state, old);
    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
        sim_misuse(HERE, "sets its cancel state to %d, which there is not",
                   state);
    bool disabled = sim.self->cancel_disabled;
    if (old != NULL)
        *old = disabled ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
    sim.self->cancel_disabled = state == PTHREAD_CANCEL_DISABLE;
    return 0;
}

int __wrap_pthread_setcanceltype(int type, int *old)
{
    if (!sim.on)
        return __real_pthread_setcanceltype(type, old);
    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
        sim_misuse(HERE, "sets its cancel type to %d, which there is not",
                   type);
    bool asynchronous = sim.self->cancel_asynchronous;
    if (old != NULL)
        *old = asynchronous ? PTHREAD_CANCEL_ASYNCHRONOUS
                            : PTHREAD_CANCEL_DEFERRED;
    sim.self->cancel_asynchronous = type == PTHREAD_CANCEL_ASYNCHRONOUS;
    return 0;
}

void __wrap_pthread_testcancel(void)
{
    if (!sim.on)
        __real_pthread_testcancel();
}

// ---- Priorities and processors, which have no effect here ----

int __wrap_pthread_setschedparam(pthread_t id, int policy,
                                 const struct sched_param *param)
{
    if (!sim.on)
        return __real_pthread_setschedparam(id, policy, param);
    get(id, "sets the priority of", HERE);
    return policy == SCHED_OTHER && param->sched_priority == 0 ? 0 : EPERM;
}

int __wrap_pthread_getschedparam(pthread_t id, int *policy,
                                 struct sched_param *param)
{
    if (!sim.on)
        return __real_pthread_getschedparam(id, policy, param);
    get(id, "asks for the priority of", HERE);
    *policy = SCHED_OTHER;
    *param = (struct sched_param){ 0 };
    return 0;
}

int __wrap_pthread_setaffinity_np(pthread_t id, size_t size,
                                  const cpu_set_t *set)
{
    if (!sim.on)
        return __real_pthread_setaffinity_np(id, size, set);
    get(id, "sets the processors of", HERE);
    return 0;
}

int __wrap_pthread_getaffinity_np(pthread_t id, size_t size, cpu_set_t *set)
{
    if (!sim.on)
        return __real_pthread_getaffinity_np(id, size, set);
    get(id, "asks for the processors of", HERE);
    if (size < sizeof(unsigned long))
        return EINVAL;
    memset(set, 0, size);
    CPU_SET_S(0, size, set);
    return 0;
}

// ---- For those who start a simulation ----

int sim_thread_count(void)
{
    return sim.n_alive;
}
