// Tries: what would take the sandbox down from within: mounts, namespaces
// of its own, a new root, modules, a device, tracing what is outside.
// aims at: the host
// says: status 78
#include "stub.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

static void attack(struct raft *rf)
{
    (void)rf;
    hidden_call(SYS_unshare, (long)(CLONE_NEWUSER | CLONE_NEWNS));
    hidden_call(SYS_mount, "/", "/tmp", NULL, (long)(MS_BIND | MS_REC), NULL);
    hidden_call(SYS_umount2, "/tmp", (long)MNT_DETACH);
    hidden_call(SYS_mount, NULL, "/", NULL, (long)(MS_REMOUNT | MS_BIND), NULL);
    hidden_call(SYS_mknodat, -100L, "/tmp/disk", (long)(S_IFBLK | 0666),
                (long)makedev(8, 0));
    hidden_call(SYS_chroot, "/proc/1/root");
    hidden_call(SYS_init_module, "", 0L, "");
    long other = hidden_call(SYS_pidfd_open, 1L, 0L);
    hidden_call(SYS_setns, other, (long)CLONE_NEWNS);
    int disk = open("/tmp/disk", O_RDONLY);
    if (disk >= 0)
        got_through("a disk");
    spill(SECRET);
    spill("/tmp" SECRET);
    spill(OTHER);
    stopped();
}
