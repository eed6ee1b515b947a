// The system calls of a life, by an allow-list (libseccomp). Some others fail:
// libc tries them in passing, and can do without. The rest ends the process by
// SIGSYS, which tells the judge the call's name (last_words.c).
#include "peer/confine.h"

#include "rt/bad_input.h"
#include "wire/control.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

// ---- Names ----

#define MAX_CALLS 600

static const char *names[MAX_CALLS];

void confine_prepare(void)
{
    for (int k = 0; k < MAX_CALLS; k++)
        names[k] = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, k);
}

const char *confine_call_name(int number)
{
    bool is_known = number >= 0 && number < MAX_CALLS && names[number] != NULL;
    return is_known ? names[number] : "an unknown call";
}

// ---- Rules ----

static void must(int error)
{
    if (error < 0)
        bad_input("peer", "seccomp: %s", strerror(-error));
}

// Gives all calls of a list, which a NULL ends, this action. A call that this
// system does not have is left out.
static void rule_all(scmp_filter_ctx filter, uint32_t action,
                     const char *const *calls)
{
    for (; *calls != NULL; calls++) {
        int number = seccomp_syscall_resolve_name(*calls);
        if (number >= 0)
            must(seccomp_rule_add(filter, action, number, 0));
    }
}

// Gives a call this action if its argument compares so.
static void rule_if(scmp_filter_ctx filter, uint32_t action, const char *call,
                    struct scmp_arg_cmp argument)
{
    int number = seccomp_syscall_resolve_name(call);
    if (number >= 0)
        must(seccomp_rule_add(filter, action, number, 1, argument));
}

static const char *const allowed[] = {
    // Memory and threads.
    "brk",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "futex",
    "set_robust_list",
    "rseq",
    "membarrier",
    "sched_yield",
    "sched_getaffinity",
    "exit",
    "exit_group",
    "restart_syscall",
    // Signals.
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "rt_sigpending",
    "pause",
    // Time and chance.
    "nanosleep",
    "clock_nanosleep",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "times",
    "getrandom",
    "getrusage",
    // The process itself.
    "getpid",
    "getppid",
    "gettid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "uname",
    "sysinfo",
    "getcpu",
    "getcwd",
    // Its descriptors, of which none leads out, but to the judge.
    "read",
    "pread64",
    "readv",
    "write",
    "writev",
    "close",
    "close_range",
    "lseek",
    "fstat",
    "newfstatat",
    "stat",
    "statx",
    "dup",
    "dup2",
    "dup3",
    "pipe",
    "pipe2",
    "eventfd2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    NULL,
};

static const char *const failing[] = {
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents64",
    "ioctl",
    "fcntl",
    "sched_setaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_setscheduler",
    "setpriority",
    "getpriority",
    "setrlimit",
    "statfs",
    "fstatfs",
    "mlock",
    "munlock",
    "mincore",
    "msync",
    "fsync",
    "fdatasync",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    NULL,
};

// A thread may be made, but no process.
static void add_threads(scmp_filter_ctx filter)
{
    rule_if(filter, SCMP_ACT_ALLOW, "clone",
            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM,
                    CLONE_THREAD | CLONE_VM));
    // libc then uses clone, whose flags can be seen.
    static const char *const too_new[] = { "clone3", NULL };
    rule_all(filter, SCMP_ACT_ERRNO(ENOSYS), too_new);
}

// Signals only to itself; SIGSYS stays the peer's.
static void add_signals(scmp_filter_ctx filter)
{
    scmp_datum_t self = (scmp_datum_t)getpid();
    rule_if(filter, SCMP_ACT_ALLOW, "tgkill", SCMP_A0(SCMP_CMP_EQ, self));
    rule_if(filter, SCMP_ACT_ALLOW, "kill", SCMP_A0(SCMP_CMP_EQ, self));
    // The system reads an int: "not SIGSYS" would let 2^32 + SIGSYS pass. libc
    // itself uses the first two behind it.
    rule_if(filter, SCMP_ACT_ALLOW, "rt_sigaction",
            SCMP_A0(SCMP_CMP_LT, SIGSYS));
    for (scmp_datum_t number = SIGSYS + 1; number <= SIGSYS + 3; number++)
        rule_if(filter, SCMP_ACT_ALLOW, "rt_sigaction",
                SCMP_A0(SCMP_CMP_EQ, number));
}

// Not sendmsg: descriptors on their way count for all processes of the user.
static void add_judge(scmp_filter_ctx filter)
{
    static const char *const calls[] = { "sendto", "recvfrom", "shutdown" };
    for (size_t k = 0; k < sizeof calls / sizeof *calls; k++)
        rule_if(filter, SCMP_ACT_ALLOW, calls[k],
                SCMP_A0(SCMP_CMP_EQ, CONTROL_FD));
}

// For confine_files. A further filter can only take more away. But the system
// keeps it where the judge does not see how much it is.
static void add_filters(scmp_filter_ctx filter)
{
    rule_if(filter, SCMP_ACT_ALLOW, "seccomp",
            SCMP_A0(SCMP_CMP_EQ, SECCOMP_SET_MODE_FILTER));
}

static void add_others(scmp_filter_ctx filter)
{
    rule_if(filter, SCMP_ACT_ALLOW, "prctl", SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
    rule_if(filter, SCMP_ACT_ALLOW, "prctl", SCMP_A0(SCMP_CMP_EQ, PR_GET_NAME));
    // Limits may be read.
    rule_if(filter, SCMP_ACT_ALLOW, "prlimit64", SCMP_A2(SCMP_CMP_EQ, 0));
}

// libc opens files in passing: to read the number of processors, for an arena;
// to write the name of another thread, which then fails.
static void add_files(scmp_filter_ctx filter)
{
    const uint64_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    rule_if(filter, SCMP_ACT_ALLOW, "openat",
            SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0));
    rule_if(filter, SCMP_ACT_ALLOW, "open",
            SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0));
    rule_if(filter, SCMP_ACT_ERRNO(EACCES), "openat",
            SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDWR));
    rule_if(filter, SCMP_ACT_ERRNO(EACCES), "open",
            SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDWR));
}

void confine_calls(bool is_last)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    rule_all(filter, SCMP_ACT_ALLOW, allowed);
    rule_all(filter, SCMP_ACT_ERRNO(EPERM), failing);
    add_threads(filter);
    add_signals(filter);
    add_judge(filter);
    add_others(filter);
    add_files(filter);
    if (!is_last)
        add_filters(filter);
    must(seccomp_load(filter));
    seccomp_release(filter);
}

void confine_files(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    // The process has promised that already.
    must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0));
    static const char *const calls[] = { "open", "openat", NULL };
    rule_all(filter, SCMP_ACT_ERRNO(EACCES), calls);
    static const char *const filters[] = { "seccomp", NULL };
    rule_all(filter, SCMP_ACT_TRAP, filters);
    must(seccomp_load(filter));
    seccomp_release(filter);
}
