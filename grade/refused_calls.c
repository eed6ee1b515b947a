// Neither a compiler nor the lab needs these calls. They would hide memory from
// the watch, or reach into the kernel.
#include "grade/refused_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <unistd.h>

static const char *const names[] = {
    // Memory that is nobody's.
    "memfd_create",
    "memfd_secret",
    "shmget",
    "msgget",
    "semget",
    "mq_open",
    // Parts of the kernel with a history.
    "add_key",
    "request_key",
    "keyctl",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "open_by_handle_at",
    "fanotify_init",
    "quotactl",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "swapon",
    "swapoff",
    "acct",
    "syslog",
    "reboot",
    "lookup_dcookie",
    "vmsplice",
    "nfsservctl",
};

static void add(scmp_filter_ctx filter, const char *name)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR)
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
}

int refused_calls(void)
{
    int ends[2];
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL)
        return -1;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        add(filter, names[k]);
    // A pipe holds it: some hundred bytes.
    bool made = pipe2(ends, O_CLOEXEC) == 0;
    if (made) {
        made = seccomp_export_bpf(filter, ends[1]) == 0;
        close(ends[1]);
        if (!made)
            close(ends[0]);
    }
    seccomp_release(filter);
    return made ? ends[0] : -1;
}
