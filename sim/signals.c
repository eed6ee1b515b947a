// The signal handlers. A timer's signal finds a thread that computes on and on
// without a scheduling point; SIGSEGV and SIGBUS find a stack that grows or
// overflows. The scheduler itself can see neither.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

// A thread that uses so much processor time without a scheduling point is
// reported. The timer's signal comes twice in that time.
#define LIMIT_S 2

#define WATCH_SIGNAL      (SIGRTMIN + 6)
#define SIGNAL_STACK_SIZE ((size_t)1 << 20)  // Reports are made on it.

static struct {
    timer_t timer;
    bool is_watching;
    uint64_t points;
    int n_same;             // Signals in a row that found the same points.
    struct sigaction segv;  // The program's own actions, called after ours.
    struct sigaction bus;
} signals;

void sim_registers(const void *context, const void **pc, const void **frame)
{
    const ucontext_t *user = context;
    // NOLINTBEGIN(performance-no-int-to-ptr): registers are integers.
#if defined __x86_64__
    *pc = (const void *)user->uc_mcontext.gregs[REG_RIP];
    *frame = (const void *)user->uc_mcontext.gregs[REG_RBP];
#elif defined __aarch64__
    *pc = (const void *)user->uc_mcontext.pc;
    *frame = (const void *)user->uc_mcontext.regs[29];
#endif
    // NOLINTEND(performance-no-int-to-ptr)
}

static void check_progress(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    // A loop in which no time passes has no end, though others may take turns.
    uint64_t points = sim.points - sim.points_without_time;
    if (!sim.on || sim.has_failed || signals.points != points) {
        signals.points = points;
        signals.n_same = 0;
        return;
    }
    if (++signals.n_same < 2)
        return;
    const void *pc, *frame;
    sim_registers(context, &pc, &frame);
    sim_report_here("has run for 2 s of processor time without a scheduling "
                    "point: a loop must sleep, wait or yield",
                    pc, frame);
}

// Maps more of the stack that the address lies in. It may be another thread's
// stack: a thread can write there before its owner has.
static bool grows_stack(const void *address)
{
    if (sim_fiber_grow(&sim.self->fiber, address))
        return true;
    for (int slot = 0; slot < sim.n_slots; slot++) {
        struct sim_thread *thread = sim_thread_at(slot);
        if (thread->id != 0 && sim_fiber_grow(&thread->fiber, address))
            return true;
    }
    return false;
}

static void report_overflow(const void *context)
{
    char sentence[80];
    snprintf(sentence, sizeof sentence, "has overflown its stack of %zu kB",
             sim.self->fiber.size >> 10);
    const void *pc, *frame;
    sim_registers(context, &pc, &frame);
    sim_report_here(sentence, pc, frame);
}

static void fault(int number, siginfo_t *info, void *context)
{
    if (sim.on && grows_stack(info->si_addr))
        return;
    if (sim.on && sim_fiber_is_below(&sim.self->fiber, info->si_addr))
        report_overflow(context);
    const struct sigaction *next =
        number == SIGSEGV ? &signals.segv : &signals.bus;
    if (next->sa_flags & SA_SIGINFO) {
        next->sa_sigaction(number, info, context);
    } else if (next->sa_handler != SIG_DFL && next->sa_handler != SIG_IGN) {
        next->sa_handler(number);
    } else {
        struct sigaction plain = { .sa_handler = SIG_DFL };
        __real_sigaction(number, &plain, NULL);  // It faults again.
    }
}

static void watch_stacks(void)
{
    void *memory = mmap(NULL, SIGNAL_STACK_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    stack_t stack = { .ss_sp = memory, .ss_size = SIGNAL_STACK_SIZE };
    if (memory != MAP_FAILED)
        sigaltstack(&stack, NULL);
    struct sigaction action = { .sa_sigaction = fault,
                                .sa_flags =
                                    SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    __real_sigaction(SIGSEGV, &action, &signals.segv);
    __real_sigaction(SIGBUS, &action, &signals.bus);
}

// The timer counts processor time, so that neither a busy machine nor a
// debugger matters.
static void watch_loops(void)
{
    struct sigaction action = { .sa_sigaction = check_progress,
                                .sa_flags =
                                    SA_SIGINFO | SA_ONSTACK | SA_RESTART };
    __real_sigaction(WATCH_SIGNAL, &action, NULL);
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
                              .sigev_signo = WATCH_SIGNAL };
    if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &signals.timer) != 0)
        return;
    struct itimerspec period = { .it_interval = { .tv_sec = LIMIT_S / 2 },
                                 .it_value = { .tv_sec = LIMIT_S / 2 } };
    timer_settime(signals.timer, 0, &period, NULL);
    signals.is_watching = true;
}

void sim_signals_start(void)
{
    watch_stacks();
    watch_loops();
}

void sim_signals_stop(void)
{
    if (signals.is_watching)
        timer_delete(signals.timer);
    signals.is_watching = false;
}

// ---- The program's own actions ----

int __wrap_sigaction(int number, const struct sigaction *action,
                     struct sigaction *old)
{
    if (!sim.on || (number != SIGSEGV && number != SIGBUS))
        return __real_sigaction(number, action, old);
    struct sigaction *place = number == SIGSEGV ? &signals.segv : &signals.bus;
    if (old != NULL)
        *old = *place;
    if (action != NULL)
        *place = *action;
    return 0;
}

sighandler_t __wrap_signal(int number, sighandler_t handler)
{
    if (!sim.on || (number != SIGSEGV && number != SIGBUS))
        return __real_signal(number, handler);
    struct sigaction action = { .sa_handler = handler }, old;
    __wrap_sigaction(number, &action, &old);
    return old.sa_handler;
}
