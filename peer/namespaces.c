// Puts the zygote, and all lives that it clones, where there is nothing: no
// other process, no network, and a root that holds the Raft's shared object
// alone.
#include "peer/confine.h"

#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEW_ROOT "/tmp"  // Covered, for this process alone.

// ---- The user ----

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written =
        fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return written;
}

// Maps root of the new namespace to the user outside.
static bool map_user(uid_t uid, gid_t gid)
{
    char *users = alloc_format("0 %u 1", uid),
         *groups = alloc_format("0 %u 1", gid);
    bool mapped = write_file("/proc/self/uid_map", users) &&
                  write_file("/proc/self/setgroups", "deny") &&
                  write_file("/proc/self/gid_map", groups);
    free(users);
    free(groups);
    return mapped;
}

// ---- The root ----

// Copies the open file to a new one.
static bool copy_file(int from, const char *path)
{
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0555);
    struct stat info;
    bool copied = to >= 0 && fstat(from, &info) == 0;
    off_t at = 0;
    while (copied && at < info.st_size) {
        ssize_t n = sendfile(to, from, &at, (size_t)(info.st_size - at));
        copied = n > 0;
    }
    if (to >= 0)
        close(to);
    return copied;
}

// Makes a root that holds the object, and can only be read.
static bool make_root(int object)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV;
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("root", NEW_ROOT, "tmpfs", flags, NULL) == 0 &&
           chdir(NEW_ROOT) == 0 && copy_file(object, "raft.so") &&
           syscall(SYS_pivot_root, ".", ".") == 0 &&
           umount2(".", MNT_DETACH) == 0 && chdir("/") == 0 &&
           mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags,
                 NULL) == 0;
}

// ---- The processes ----

static bool move(int object)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    return unshare(CLONE_NEWUSER) == 0 && map_user(uid, gid) &&
           unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                   CLONE_NEWPID) == 0 &&
           make_root(object);
}

// Waits for a child. Returns its exit status.
static int await_child(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

// Forks. Returns in the child alone, which dies with its parent; or the exit
// status of the child, in the parent.
static int go_on_in_child(bool *is_child)
{
    pid_t child = fork();
    *is_child = child == 0;
    if (child < 0)
        return errno;
    if (child > 0)
        return await_child(child);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return 0;
}

// There are two children: the first one moves, and only the second one is in
// the new namespace of processes. If the move fails, the first process is where
// it was.
int confine_zygote(const char **object)
{
    bool is_child;
    int error = go_on_in_child(&is_child);
    if (!is_child && error != 0)
        return error;
    if (!is_child)
        _exit(EXIT_SUCCESS);

    int fd = open(*object, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || !move(fd))
        _exit(errno);
    close(fd);
    error = go_on_in_child(&is_child);
    if (!is_child)
        _exit(error);
    *object = "/raft.so";
    return 0;
}
