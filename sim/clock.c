// The clocks. All show virtual time, from a fixed date on. A clock of used
// processor time counts scheduling points.
//
// Reading a clock is a scheduling point, which takes time: so a loop that polls
// a clock ends.
#include "sim/internal.h"
#include "sim/real.h"

#include <assert.h>

#define EPOCH_S                                                                \
    INT64_C(1767225600)         // 2026-01-01 00:00:00 UTC, of CLOCK_REALTIME.
#define BOOT_S   INT64_C(1000)  // Of the clocks since boot.
#define TICKS_HZ 100            // sysconf(_SC_CLK_TCK)

// The time that the clock shows when the simulation starts.
static int64_t origin_ns(clockid_t clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
        return EPOCH_S * NS_PER_S;
    case CLOCK_TAI:
        return (EPOCH_S + 37) * NS_PER_S;
    default:
        return BOOT_S * NS_PER_S;
    }
}

// ---- Fast and slow clocks ----

// A server's clock showed time_ns at the virtual time now_ns. Since then it
// runs at this rate.
struct sim_rate {
    int64_t now_ns;
    int64_t time_ns;
    int permille;  // 0: it was never set.
};

static const struct sim_rate *rate_of(int number)
{
    if (sim.rates == NULL || number < 0 || number >= SIM_MAX_RATES ||
        sim.rates[number].permille == 0)
        return NULL;
    return &sim.rates[number];
}

// The rate of the calling thread's clock; NULL: the true rate.
static const struct sim_rate *my_rate(void)
{
    const struct sim_life *life = sim.self->inside;
    return life != NULL ? rate_of(life->number) : NULL;
}

static int64_t time_at(const struct sim_rate *rate, int64_t now_ns)
{
    return rate->time_ns + (now_ns - rate->now_ns) * rate->permille / 1000;
}

static int64_t due_at(const struct sim_rate *rate, int64_t time_ns)
{
    int64_t ahead_ns = time_ns - rate->time_ns;
    if (ahead_ns > NEVER / 1000 - 1)
        return NEVER;
    // Rounded up, so that the clock shows time_ns by then.
    return rate->now_ns +
           (ahead_ns * 1000 + rate->permille - 1) / rate->permille;
}

int64_t sim_clock_now_ns(void)
{
    const struct sim_rate *rate = my_rate();
    return rate == NULL ? sim.now_ns : time_at(rate, sim.now_ns);
}

int64_t sim_clock_due(int64_t time_ns)
{
    const struct sim_rate *rate = my_rate();
    if (rate == NULL || time_ns == NEVER)
        return time_ns;
    return due_at(rate, time_ns);
}

// Moves the timers of threads that wait by this clock: they wait for the same
// time of the clock.
static void move_timers(int number, const struct sim_rate *before)
{
    for (int slot = 0; slot < sim.n_slots; slot++) {
        struct sim_thread *thread = sim_thread_at(slot);
        if (thread->id == 0 || thread->timer.queue == NULL ||
            thread->inside == NULL || thread->inside->number != number)
            continue;
        int64_t time_ns = time_at(before, thread->timer.rank);
        sim_timers_remove(thread);
        sim_timers_add(thread, due_at(&sim.rates[number], time_ns));
    }
}

void sim_set_clock_rate(int number, int permille)
{
    assert(sim.on && number >= 0 && number < SIM_MAX_RATES && permille > 0);
    if (sim.rates == NULL)
        sim.rates = sim_reserve(SIM_MAX_RATES * sizeof *sim.rates);
    struct sim_rate before = { sim.now_ns, sim.now_ns, 1000 };
    if (rate_of(number) != NULL)
        before = *rate_of(number);
    sim.rates[number] = (struct sim_rate){
        .now_ns = sim.now_ns,
        .time_ns = time_at(&before, sim.now_ns),
        .permille = permille,
    };
    move_timers(number, &before);
}

// ---- Kinds of clocks ----

static bool is_wall_clock(clockid_t clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        return true;
    default:
        return false;
    }
}

void sim_check_ns(const struct timespec *time, const void *place)
{
    if (time->tv_nsec < 0 || time->tv_nsec >= NS_PER_S)
        sim_misuse(place,
                   "waits with a tv_nsec of %ld, which must lie between 0 and "
                   "999999999: it carries into tv_sec",
                   time->tv_nsec);
}

static int64_t due(clockid_t clock, const struct timespec *time,
                   const void *place)
{
    sim_check_ns(time, place);
    int64_t origin_s = origin_ns(clock) / NS_PER_S;
    if (time->tv_sec < origin_s)
        return 0;
    int64_t seconds = time->tv_sec - origin_s;
    if (seconds >= NEVER / NS_PER_S - 1)
        return NEVER;
    return sim_clock_due(seconds * NS_PER_S + time->tv_nsec);
}

int64_t sim_due(clockid_t clock, const struct timespec *time, const void *place)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        sim_misuse(place,
                   "waits by clock %d: only CLOCK_REALTIME (0) and "
                   "CLOCK_MONOTONIC (1) can be waited by",
                   (int)clock);
    return due(clock, time, place);
}

int64_t sim_sleep_due(clockid_t clock, const struct timespec *time,
                      const void *place)
{
    bool is_for_reading = clock == CLOCK_MONOTONIC_RAW ||
                          clock == CLOCK_MONOTONIC_COARSE ||
                          clock == CLOCK_REALTIME_COARSE;
    if (!is_wall_clock(clock) || is_for_reading)
        sim_misuse(place,
                   "sleeps by clock %d, which cannot be slept by: use "
                   "CLOCK_MONOTONIC (1)",
                   (int)clock);
    return due(clock, time, place);
}

static int64_t read_clock(int64_t origin)
{
    sim_point();
    int64_t now_ns = sim_clock_now_ns();
    sim_hash_add((uint64_t)now_ns);
    return origin + now_ns;
}

// The processor time of the calling thread or of the whole program.
static int64_t read_used(bool of_thread)
{
    sim_point();
    uint64_t points = of_thread ? sim.self->points : sim.points;
    sim_hash_add(points);
    return (int64_t)points * POINT_NS;
}

static int64_t read_any(clockid_t clock, const void *place)
{
    if (is_wall_clock(clock))
        return read_clock(origin_ns(clock));
    if (clock == CLOCK_PROCESS_CPUTIME_ID)
        return read_used(false);
    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return read_used(true);
    sim_misuse(place, "reads clock %d, which there is not", (int)clock);
}

static struct timespec to_timespec(int64_t ns)
{
    return (struct timespec){ .tv_sec = ns / NS_PER_S,
                              .tv_nsec = ns % NS_PER_S };
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!sim.on)
        return __real_clock_gettime(clock, now);
    *now = to_timespec(read_any(clock, HERE));
    return 0;
}

int __wrap_timespec_get(struct timespec *now, int base)
{
    if (!sim.on)
        return __real_timespec_get(now, base);
    if (base != TIME_UTC)
        sim_misuse(HERE,
                   "asks timespec_get for base %d: only TIME_UTC (%d) "
                   "is known",
                   base, TIME_UTC);
    *now = to_timespec(read_clock(origin_ns(CLOCK_REALTIME)));
    return base;
}

int __wrap_gettimeofday(struct timeval *now, void *zone)
{
    if (!sim.on)
        return __real_gettimeofday(now, zone);
    int64_t ns = read_clock(origin_ns(CLOCK_REALTIME));
    now->tv_sec = ns / NS_PER_S;
    now->tv_usec = ns % NS_PER_S / 1000;
    if (zone != NULL)
        *(struct timezone *)zone = (struct timezone){ 0, 0 };
    return 0;
}

time_t __wrap_time(time_t *now)
{
    if (!sim.on)
        return __real_time(now);
    time_t seconds = read_clock(origin_ns(CLOCK_REALTIME)) / NS_PER_S;
    if (now != NULL)
        *now = seconds;
    return seconds;
}

clock_t __wrap_clock(void)
{
    if (!sim.on)
        return __real_clock();
    return read_used(false) / (NS_PER_S / CLOCKS_PER_SEC);
}

clock_t __wrap_times(struct tms *used)
{
    if (!sim.on)
        return __real_times(used);
    if (used != NULL)
        *used = (struct tms){ .tms_utime = (int64_t)sim.points * POINT_NS /
                                           (NS_PER_S / TICKS_HZ) };
    return read_clock(origin_ns(CLOCK_MONOTONIC)) / (NS_PER_S / TICKS_HZ);
}
