// Reads a Raft from a folder. Whoever owns it may change it meanwhile, so each
// file is opened without following links, and looked at when it is open.
#include "grade/raft_files.h"

#include "rt/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 4 };

static char *cannot_read(const char *name, bool *machine_failed)
{
    *machine_failed |= raft_files_is_of_the_machine(errno);
    return alloc_format("%s cannot be read (%s): is it still there, and whose "
                        "is it?",
                        name, strerror(errno));
}

// ---- What there is ----

static enum raft_kind kind_of(const struct stat *info)
{
    return S_ISREG(info->st_mode)   ? RAFT_FILE
           : S_ISDIR(info->st_mode) ? RAFT_FOLDER
           : S_ISLNK(info->st_mode) ? RAFT_LINK
                                    : RAFT_OTHER;
}

static char *list(int parent, const char *name, const char *path, int depth,
                  struct raft_listing *listing);

// NULL at the end, with errno 0, and when the folder cannot be read.
static struct dirent *next(DIR *folder)
{
    errno = 0;
    return readdir(folder);
}

static char *list_entry(int folder, const char *name, const char *path,
                        int depth, struct raft_listing *listing)
{
    struct stat info;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? NULL
                               : cannot_read(name, &listing->machine_failed);
    enum raft_kind kind = kind_of(&info);
    char *full = alloc_format("%s%s", path, name);
    char *why = raft_listing_add(listing, full, kind);
    free(full);
    // make and git write much there, and no Raft.
    if (why == NULL && kind == RAFT_FOLDER && depth < DEEPEST &&
        name[0] != '.' && strcmp(name, "build") != 0) {
        full = alloc_format("%s%s/", path, name);
        why = list(folder, name, full, depth + 1, listing);
        free(full);
    }
    return why;
}

static char *list(int parent, const char *name, const char *path, int depth,
                  struct raft_listing *listing)
{
    int fd =
        openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL)
        return cannot_read(name, &listing->machine_failed);
    char *why = NULL;
    for (struct dirent *entry; why == NULL && (entry = next(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            why = list_entry(fd, entry->d_name, path, depth, listing);
    }
    if (why == NULL && errno != 0)
        why = cannot_read(name, &listing->machine_failed);
    closedir(folder);
    return why;
}

// ---- Its files ----

// Reads at most 1 byte more than a file may have.
static char *read_bytes(int fd, const char *name, struct raft_files *files)
{
    size_t most = (RAFT_FILE_MOST_KB << 10) + 1, size = 0;
    char *bytes = alloc(most);
    ssize_t n = 1;
    while (size < most && (n = read(fd, bytes + size, most - size)) > 0)
        size += (size_t)n;
    if (n < 0) {
        int error = errno;
        free(bytes);
        errno = error;
        return cannot_read(name, &files->machine_failed);
    }
    return raft_files_add(files, name, alloc_resize(bytes, size + 1, 1), size);
}

static char *read_file(int folder, const char *name, struct raft_files *files)
{
    int fd =
        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return cannot_read(name, &files->machine_failed);
    struct stat info;
    char *why = NULL;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        why = alloc_format("%s is no regular file: hand in files alone", name);
    else
        why = read_bytes(fd, name, files);
    close(fd);
    return why;
}

// Opens a folder below the top: no part of its path may be a link.
static int open_chosen(const char *top, const char *chosen)
{
    int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int folder = open(top, how);
    for (const char *at = chosen; folder >= 0 && *at != '\0';) {
        size_t n = strcspn(at, "/");
        char *part = alloc_format("%.*s", (int)n, at);
        int below = openat(folder, part, how), error = errno;
        close(folder);
        free(part);
        errno = error;
        folder = below;
        at += n + (at[n] == '/');
    }
    return folder;
}

static char *read_chosen(const char *top, const char *chosen,
                         const struct raft_listing *listing,
                         struct raft_files *files)
{
    char *why = NULL;
    int folder = open_chosen(top, chosen);
    if (folder < 0)
        why =
            cannot_read(*chosen == '\0' ? top : chosen, &files->machine_failed);
    for (int k = 0; k < listing->n && why == NULL; k++) {
        const char *name = raft_files_name(chosen, listing->all[k].path);
        if (name != NULL)
            why = read_file(folder, name, files);
    }
    if (folder >= 0)
        close(folder);
    return why;
}

char *raft_files_read(const char *folder, struct raft_files *files)
{
    struct raft_listing listing = { .all = NULL };
    char *chosen = NULL;
    char *why = list(AT_FDCWD, folder, "", 0, &listing);
    if (why == NULL)
        why = raft_listing_choose(&listing, &chosen);
    if (why == NULL)
        why = read_chosen(folder, chosen, &listing, files);
    free(chosen);
    files->machine_failed |= listing.machine_failed;
    raft_listing_free(&listing);
    if (why == NULL)
        raft_files_finish(files);
    else
        raft_files_free(files);
    return why;
}
