// Tells the judge where the Raft crashes or calls exit(). The judge has the
// debug information; here are only addresses.
#include "peer/confine.h"
#include "peer/internal.h"

#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#define MAX_FRAMES 40

static const char *told = "";  // The call that was refused, or why not loaded.
static int n_told;             // Of the first thread that ends the process.

// The address of the instruction that was interrupted.
static void *interrupted_at(const ucontext_t *context)
{
    void *at;
#if defined(__x86_64__)
    memcpy(&at, &context->uc_mcontext.gregs[REG_RIP], sizeof at);
#else
    memcpy(&at, &context->uc_mcontext.pc, sizeof at);
#endif
    return at;
}

// Tells the stack from frame `first` on.
static void tell(int signal_number, int64_t detail, void *const *frames,
                 int first, int count)
{
    if (__atomic_fetch_add(&n_told, 1, __ATOMIC_SEQ_CST) > 0)
        return;
    uint64_t offsets[MAX_FRAMES];
    for (int k = first; k < count; k++)
        offsets[k] = object_offset(frames[k]);
    size_t size = (size_t)(count - first) * sizeof *offsets;
    wire_tell(peer_wire,
              &(struct frame){ .kind = FRAME_LAST_WORDS,
                               .numbers = { signal_number, detail },
                               .parts = { { offsets + first, size },
                                          { (void *)told, strlen(told) } } });
}

static void crashed(int signal_number, siginfo_t *info, void *context)
{
    void *frames[MAX_FRAMES];
    int count = backtrace(frames, MAX_FRAMES);
    void *at = interrupted_at(context);
    int first = 0;
    while (first < count && frames[first] != at)
        first++;
    if (first == count)
        first = 0;
    else
        frames[first] = (char *)at + 1;  // As if it were a return address.
    tell(signal_number, (int64_t)(intptr_t)info->si_addr, frames, first, count);
    // The default action is to end the process: SA_RESETHAND.
    raise(signal_number);
}

// A system call that a Raft does not need.
static void refused(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    void *frames[MAX_FRAMES];
    told = confine_call_name(info->si_syscall);
    tell(signal_number, info->si_syscall, frames, 0,
         backtrace(frames, MAX_FRAMES));
    _exit(EXIT_FAILURE);
}

static void exited(int status, void *unused)
{
    (void)unused;
    void *frames[MAX_FRAMES];
    tell(0, status, frames, 0, backtrace(frames, MAX_FRAMES));
}

_Noreturn void last_words_not_loaded(const char *why)
{
    told = why;
    tell(LAST_WORDS_NOT_LOADED, 0, NULL, 0, 0);
    _exit(EXIT_FAILURE);
}

void last_words_prepare(void)
{
    on_exit(exited, NULL);
    struct sigaction action = { .sa_sigaction = crashed,
                                .sa_flags = SA_SIGINFO | (int)SA_RESETHAND |
                                            SA_NODEFER };
    struct sigaction refusal = { .sa_sigaction = refused,
                                 .sa_flags = SA_SIGINFO };
    sigaction(SIGSYS, &refusal, NULL);
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    for (size_t k = 0; k < sizeof signals / sizeof *signals; k++)
        sigaction(signals[k], &action, NULL);
}
