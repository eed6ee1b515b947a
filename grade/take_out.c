#include "grade/take_out.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 8, BLOCK = 4096 };

bool is_plain_name(const char *name)
{
    return name[0] != '.' && name[0] != '-' && name[0] != '\0' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-")] ==
               '\0';
}

// ---- One file ----

static bool write_all(int to, const char *bytes, ssize_t n)
{
    while (n > 0) {
        ssize_t written = write(to, bytes, (size_t)n);
        if (written < 0)
            return false;
        bytes += written;
        n -= written;
    }
    return true;
}

// Zeros become a hole.
static bool write_block(int to, const char *bytes, ssize_t n)
{
    static const char zeros[BLOCK];
    if (memcmp(bytes, zeros, (size_t)n) == 0)
        return lseek(to, n, SEEK_CUR) >= 0;
    return write_all(to, bytes, n);
}

static bool write_blocks(int to, const char *bytes, ssize_t n)
{
    for (ssize_t at = 0; at < n; at += BLOCK) {
        if (!write_block(to, bytes + at, n - at < BLOCK ? n - at : BLOCK))
            return false;
    }
    return true;
}

// A file takes no more of the disk than it took of memory: one with holes could
// fill the disk.
static bool copy_bytes(int from, int to, long long *left)
{
    char bytes[16 * BLOCK];
    ssize_t n;
    while ((n = read(from, bytes, sizeof bytes)) > 0) {
        *left -= n;
        if (*left < 0) {
            errno = EFBIG;
            return false;
        }
        if (!write_blocks(to, bytes, n))
            return false;
    }
    return n == 0 && ftruncate(to, lseek(to, 0, SEEK_CUR)) == 0;
}

// Only programs stay executable; no file is set-uid.
static bool copy_file(int from, int to_folder, const char *name,
                      const struct stat *info, long long *left)
{
    mode_t mode = (info->st_mode & S_IXUSR) != 0 ? 0755 : 0644;
    unlinkat(to_folder, name, 0);
    int to = openat(to_folder, name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (to < 0)
        return false;
    bool copied = copy_bytes(from, to, left);
    int error = errno;
    close(to);
    if (!copied)
        unlinkat(to_folder, name, 0);
    errno = error;
    return copied;
}

// ---- A folder ----

static bool copy_folder(int from, int to, int depth, long long *left);

static bool copy_subfolder(int from, int to_folder, const char *name, int depth,
                           long long *left)
{
    mkdirat(to_folder, name, 0755);  // It may be there.
    int to = openat(to_folder, name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (to < 0)
        return false;
    bool copied = copy_folder(from, to, depth + 1, left);
    close(to);
    return copied;
}

static bool copy_entry(int from_folder, int to_folder, const char *name,
                       int depth, long long *left)
{
    struct stat info;
    if (!is_plain_name(name) ||
        fstatat(from_folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)))
        return true;
    int from = openat(from_folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0)
        return true;  // It took its own rights away.
    bool copied = true;
    if (S_ISREG(info.st_mode))
        copied = copy_file(from, to_folder, name, &info, left);
    else if (depth < DEEPEST)
        copied = copy_subfolder(from, to_folder, name, depth, left);
    close(from);
    return copied;
}

static bool copy_folder(int from, int to, int depth, long long *left)
{
    int own = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = own < 0 ? NULL : fdopendir(own);
    if (folder == NULL) {
        if (own >= 0)
            close(own);
        return true;
    }
    bool copied = true;
    for (struct dirent *entry; copied && (entry = readdir(folder)) != NULL;)
        copied = copy_entry(from, to, entry->d_name, depth, left);
    closedir(folder);
    return copied;
}

bool take_out(int from, const char *to, long long *left)
{
    int folder = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    bool copied = copy_folder(from, folder, 0, left);
    close(folder);
    return copied;
}
