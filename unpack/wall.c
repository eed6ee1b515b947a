#include "unpack/wall.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/resource.h>

// The archive, and what libarchive takes: xz -9 wants 65 MB.
enum { MOST_MEMORY_MB = 640 };

// Calls that malloc, write and _exit make.
static const int allowed[] = {
    SCMP_SYS(write),   SCMP_SYS(brk),      SCMP_SYS(mmap),
    SCMP_SYS(munmap),  SCMP_SYS(mremap),   SCMP_SYS(exit_group),
    SCMP_SYS(madvise), SCMP_SYS(mprotect),
};

int wall_raise(void)
{
    rlim_t most = (rlim_t)MOST_MEMORY_MB << 20;
    if (setrlimit(RLIMIT_AS, &(struct rlimit){ most, most }) != 0)
        return errno;
    // They fail and do not kill: libc and libarchive try some in passing.
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int error = filter == NULL ? -ENOMEM : 0;
    for (size_t k = 0; k < sizeof allowed / sizeof *allowed && error == 0; k++)
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[k], 0);
    if (error == 0)
        error = seccomp_load(filter);
    seccomp_release(filter);
    return -error;
}
