#include "grade/store.h"

#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// Says why not. Keeps errno.
static bool say_failed(const char *path, const char *what)
{
    int error = errno;
    fprintf(stderr, "grade: %s cannot be %s: %s\n", path, what,
            strerror(error));
    errno = error;
    return false;
}

bool store_make_folder(const char *folder)
{
    char *path = alloc_string(folder);
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        mkdir(path, 0777);  // It matters whether the last one is there.
        *at = '/';
    }
    struct stat info;
    bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
    free(path);
    if (made && stat(folder, &info) == 0 && !S_ISDIR(info.st_mode)) {
        errno = ENOTDIR;
        return false;
    }
    return made && access(folder, W_OK | X_OK) == 0;
}

bool store_has(const char *folder, const char *name)
{
    char *path = alloc_format("%s/%s", folder, name);
    bool has = access(path, F_OK) == 0;
    free(path);
    return has;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int store_list(const char *folder, struct dirent ***entries)
{
    return scandir(folder, entries, is_visible, alphasort);
}

// ---- Locks ----

// The file stays open, and locked, until the program ends.
static bool lock_file(const char *path, int how)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return fd >= 0 && flock(fd, how | LOCK_NB) == 0;
}

static char *why_not_locked(const char *folder)
{
    if (errno == EWOULDBLOCK)
        return alloc_format("%s: another grading is at work there; wait for "
                            "it, or name another folder (OUT=)",
                            folder);
    return alloc_format("%s: no folder to write to: %s", folder,
                        strerror(errno));
}

static bool lock_one(const char *folder, const char *name)
{
    char *path = alloc_format("%s/" STORE_LOCK "-%s", folder, name);
    bool locked = lock_file(path, LOCK_EX);
    free(path);
    return locked;
}

// A lock of this process's own would stop it, too.
static bool is_before(const char *const *names, int at)
{
    for (int k = 0; k < at; k++) {
        if (strcmp(names[k], names[at]) == 0)
            return true;
    }
    return false;
}

char *store_lock(const char *folder, const char *const *only)
{
    char *all = alloc_format("%s/" STORE_LOCK, folder);
    bool locked = lock_file(all, only == NULL ? LOCK_EX : LOCK_SH);
    for (int k = 0; locked && only != NULL && only[k] != NULL; k++)
        locked = is_before(only, k) || lock_one(folder, only[k]);
    char *why = locked ? NULL : why_not_locked(folder);
    free(all);
    return why;
}

// ---- Files ----

// Brings to the disk which names the folder has that the path is in.
static bool sync_folder_of(const char *path)
{
    char *copy = alloc_string(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return synced;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        }
    }
    return true;
}

static bool write_new(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    bool written = write_all(fd, bytes, size) && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    errno = error;
    return written;
}

bool store_write(const char *path, const void *bytes, size_t size)
{
    char *new = alloc_format("%s.%d.new", path, (int)getpid());
    bool written = write_new(new, bytes, size) && rename(new, path) == 0 &&
                   sync_folder_of(path);
    if (!written) {
        say_failed(path, "written");
        int error = errno;
        unlink(new);
        errno = error;
    }
    free(new);
    return written;
}

static char *read_open(int fd, size_t most, size_t *size)
{
    size_t room = 1 << 12;
    char *bytes = alloc(room + 1);
    *size = 0;
    for (ssize_t n; (n = read(fd, bytes + *size, room - *size)) != 0;) {
        if (n > 0)
            *size += (size_t)n;
        if ((n < 0 && errno != EINTR) || *size > most) {
            errno = n < 0 ? errno : EFBIG;
            free(bytes);
            return NULL;
        }
        if (*size == room) {
            room *= 2;
            bytes = alloc_resize(bytes, room + 1, 1);
        }
    }
    bytes[*size] = '\0';
    return bytes;
}

char *store_read(const char *path, size_t most, size_t *size)
{
    // A named pipe would block for ever, and a link lead elsewhere.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return NULL;
    char *bytes = read_open(fd, most, size);
    int error = errno;
    close(fd);
    errno = error;
    return bytes;
}

// ---- Folders ----

// Runs a program. Returns whether it succeeded.
static bool run(char *const argv[])
{
    pid_t pid;
    int status;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    int error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// A student's programs may have made folders in folders, deeper than a path can
// be long. rm copes with it.
bool store_remove(const char *folder)
{
    char *remove[] = { "rm", "-rf", "--", (char *)folder, NULL };
    char *permit[] = { "chmod", "-R", "u+rwx", "--", (char *)folder, NULL };
    if (run(remove))
        return true;
    run(permit);
    if (run(remove))
        return true;
    errno = EACCES;
    return say_failed(folder, "removed");
}

// Not all file systems can exchange two folders; then nothing stands there for
// a moment. The old one is never there in part.
static bool exchange(const char *new, const char *path)
{
    if (renameat2(AT_FDCWD, new, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    char *old = alloc_format("%s.old", new);
    bool moved = rename(path, old) == 0;
    bool renamed = moved && rename(new, path) == 0;
    int error = errno;
    if (renamed)
        store_remove(old);
    else if (moved)
        rename(old, path);
    free(old);
    errno = error;
    return renamed;
}

bool store_replace(const char *new, const char *path)
{
    bool is_new = access(path, F_OK) != 0;
    bool renamed = is_new ? rename(new, path) == 0 : exchange(new, path);
    if (!renamed || !sync_folder_of(path))
        return say_failed(path, "replaced");
    if (access(new, F_OK) == 0)
        store_remove(new);
    return true;
}
