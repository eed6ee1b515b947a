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

static char *cannot_read(const char *name)
{
    return alloc_format("%s cannot be read (%s): is it still there, and whose "
                        "is it?",
                        name, strerror(errno));
}

// ---- What there is ----

static enum raft_kind kind_of(int folder, const char *name)
{
    struct stat info;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return RAFT_OTHER;
    return S_ISREG(info.st_mode)   ? RAFT_FILE
           : S_ISDIR(info.st_mode) ? RAFT_FOLDER
           : S_ISLNK(info.st_mode) ? RAFT_LINK
                                   : RAFT_OTHER;
}

static char *list(int parent, const char *name, const char *path, int depth,
                  struct raft_listing *listing);

static char *list_entry(int folder, const char *name, const char *path,
                        int depth, struct raft_listing *listing)
{
    enum raft_kind kind = kind_of(folder, name);
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
        return cannot_read(name);
    char *why = NULL;
    for (struct dirent *entry;
         why == NULL && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            why = list_entry(fd, entry->d_name, path, depth, listing);
    }
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
        free(bytes);
        return cannot_read(name);
    }
    return raft_files_add(files, name, alloc_resize(bytes, size + 1, 1), size);
}

static char *read_file(int folder, const char *name, struct raft_files *files)
{
    int fd =
        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return cannot_read(name);
    struct stat info;
    char *why = NULL;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        why = alloc_format("%s is no regular file: hand in files alone", name);
    else
        why = read_bytes(fd, name, files);
    close(fd);
    return why;
}

static char *read_chosen(const char *top, const char *chosen,
                         const struct raft_listing *listing,
                         struct raft_files *files)
{
    char *path = alloc_format("%s/%s", top, chosen), *why = NULL;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        why = cannot_read(path);
    for (int k = 0; k < listing->n && why == NULL; k++) {
        const char *name = raft_files_name(chosen, listing->all[k].path);
        if (name != NULL)
            why = read_file(folder, name, files);
    }
    if (folder >= 0)
        close(folder);
    free(path);
    return why;
}

char *raft_files_read(const char *folder, struct raft_files *files)
{
    struct raft_listing listing = { NULL, 0 };
    char *chosen = NULL;
    char *why = list(AT_FDCWD, folder, "", 0, &listing);
    if (why == NULL)
        why = raft_listing_choose(&listing, &chosen);
    if (why == NULL)
        why = read_chosen(folder, chosen, &listing, files);
    free(chosen);
    raft_listing_free(&listing);
    if (why == NULL)
        raft_files_finish(files);
    else
        raft_files_free(files);
    return why;
}
