// Sleeping and yielding. poll and select without descriptors sleep, too. With
// descriptors they would wait for something outside of the simulation, so that
// is refused.
#include "sim/internal.h"
#include "sim/real.h"

static const struct sim_reason to_wake_up = { .text = "for the time to pass",
                                              .is_long = true };

static void sleep_until(int64_t due_ns, const void *place)
{
    if (due_ns <= sim.now_ns)
        sim_point();
    else
        sim_wait(NULL, due_ns, &to_wake_up, NULL, place);
}

// The time at which so much time will have passed. Saturates at NEVER.
static int64_t from_now(int64_t seconds, int64_t ns)
{
    int64_t now_ns = sim_clock_now_ns();
    if (seconds >= (NEVER - now_ns) / NS_PER_S - 1)
        return NEVER;
    return sim_clock_due(now_ns + seconds * NS_PER_S + ns);
}

void sim_sleep(const struct timespec *time, const void *place)
{
    if (time->tv_sec < 0)
        sim_misuse(place, "sleeps for %lld s, which must not be negative",
                   (long long)time->tv_sec);
    sim_check_ns(time, place);
    sleep_until(from_now(time->tv_sec, time->tv_nsec), place);
}

int __wrap_sched_yield(void)
{
    if (!sim.on)
        return __real_sched_yield();
    sim_yield();
    return 0;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
    if (!sim.on)
        return __real_nanosleep(time, left);
    sim_sleep(time, HERE);
    return 0;
}

int __wrap_clock_nanosleep(clockid_t clock, int flags,
                           const struct timespec *time, struct timespec *left)
{
    if (!sim.on)
        return __real_clock_nanosleep(clock, flags, time, left);
    int64_t due_ns = sim_sleep_due(clock, time, HERE);
    if (flags & TIMER_ABSTIME)
        sleep_until(due_ns, HERE);
    else
        sim_sleep(time, HERE);
    return 0;
}

int __wrap_usleep(useconds_t us)
{
    if (!sim.on)
        return __real_usleep(us);
    sleep_until(from_now(us / 1000000, us % 1000000 * INT64_C(1000)), HERE);
    return 0;
}

unsigned __wrap_sleep(unsigned s)
{
    if (!sim.on)
        return __real_sleep(s);
    sleep_until(from_now(s, 0), HERE);
    return 0;
}

// ---- Waiting for descriptors ----

static void refuse_descriptors(const char *function, const void *place)
{
    sim_misuse(place,
               "calls %s with descriptors, which are not simulated: use it "
               "without any, as a sleep, or a condition variable",
               function);
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int ms)
{
    if (!sim.on)
        return __real_poll(fds, n, ms);
    if (n > 0)
        refuse_descriptors("poll", HERE);
    int64_t due_ns =
        ms < 0 ? NEVER : from_now(ms / 1000, ms % 1000 * INT64_C(1000000));
    sleep_until(due_ns, HERE);
    return 0;
}

int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *time,
                 const sigset_t *mask)
{
    if (!sim.on)
        return __real_ppoll(fds, n, time, mask);
    if (n > 0)
        refuse_descriptors("ppoll", HERE);
    if (time != NULL)
        sim_sleep(time, HERE);
    else
        sleep_until(NEVER, HERE);
    return 0;
}

int __wrap_select(int n, fd_set *read, fd_set *write, fd_set *other,
                  struct timeval *time)
{
    if (!sim.on)
        return __real_select(n, read, write, other, time);
    if (n != 0)
        refuse_descriptors("select", HERE);
    int64_t due_ns = NEVER;
    if (time != NULL) {
        if (time->tv_sec < 0 || time->tv_usec < 0)
            sim_misuse(HERE,
                       "calls select for %lld s and %lld us, which must not be "
                       "negative",
                       (long long)time->tv_sec, (long long)time->tv_usec);
        due_ns = from_now(time->tv_sec + time->tv_usec / 1000000,
                          time->tv_usec % 1000000 * INT64_C(1000));
        *time = (struct timeval){ 0 };  // As on Linux: what is left.
    }
    sleep_until(due_ns, HERE);
    return 0;
}

int __wrap_pselect(int n, fd_set *read, fd_set *write, fd_set *other,
                   const struct timespec *time, const sigset_t *mask)
{
    if (!sim.on)
        return __real_pselect(n, read, write, other, time, mask);
    if (n != 0)
        refuse_descriptors("pselect", HERE);
    if (time != NULL)
        sim_sleep(time, HERE);
    else
        sleep_until(NEVER, HERE);
    return 0;
}
