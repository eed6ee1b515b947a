#include "grade/raft_files.h"

#include "rt/alloc.h"
#include "rt/clean.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_ENTRIES = 20000, DEEPEST = 3 };

// A name as it can be shown: it may have control characters.
static char *shown(const char *name)
{
    char *text = alloc_format("%.200s", name);
    clean_text(text, strlen(text));
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '\n' || *at == '\t')
            *at = '?';
    }
    return text;
}

// Returns a refusal with the name in the place of %s.
#define REFUSE(name_, format_)                                                 \
    do {                                                                       \
        char *shown_name = shown(name_),                                       \
             *why = alloc_format(format_, shown_name);                         \
        free(shown_name);                                                      \
        return why;                                                            \
    } while (0)

bool raft_files_is_of_the_machine(int error)
{
    // A name that is gone, or is another thing now; a compression that claims
    // more memory than there is.
    return error > 0 && error != ENOENT && error != ELOOP && error != ENOTDIR &&
           error != ENXIO && error != ENOMEM;
}

// ---- Names ----

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

static bool is_source(const char *name)
{
    return ends_with(name, ".c") || ends_with(name, ".h") ||
           ends_with(name, ".x");
}

// One that a C++ programmer hands in.
static bool is_cpp(const char *name)
{
    static const char *const ends[] = { ".cpp", ".cc", ".cxx", ".C", ".hpp" };
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        if (ends_with(name, ends[k]))
            return true;
    }
    return false;
}

static bool is_plain(const char *name)
{
    return name[0] != '-' && name[0] != '.' && strlen(name) <= 100 &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] ==
               '\0';
}

static char *check_name(const char *name)
{
    if (is_cpp(name))
        REFUSE(name, "%s is C++: the lab is in C, in files named .c and .h");
    if (!is_source(name))
        return NULL;
    if (!is_plain(name))
        REFUSE(name, "rename the file \"%s\": letters, digits and _ . - only, "
                     "no dot or dash first, 100 at most");
    if (ends_with(name, ".x") && strcmp(name, "raft.x") != 0)
        REFUSE(name, "%s: all messages stand in one file, raft.x");
    return NULL;
}

// macOS keeps attributes of FILE in ._FILE, unseen, and packs that.
static bool is_attributes(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strncmp(slash != NULL ? slash + 1 : path, "._", 2) == 0;
}

const char *raft_files_name(const char *folder, const char *path)
{
    size_t n = strlen(folder);
    if (strncmp(path, folder, n) != 0 || strchr(path + n, '/') != NULL ||
        !is_source(path + n) || is_attributes(path))
        return NULL;
    return path + n;
}

// ---- A listing ----

static bool leads_out(const char *path)
{
    for (const char *at = path; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return true;
    }
    return false;
}

char *raft_listing_add(struct raft_listing *listing, const char *path,
                       enum raft_kind kind)
{
    if (path[0] == '/' || leads_out(path))
        REFUSE(path, "\"%s\" leads out of the archive: pack the folder raft by "
                     "a relative path, as make handin does");
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    if (path[0] == '\0' || strcmp(path, ".") == 0 || is_attributes(path))
        return NULL;
    if (listing->n == MOST_ENTRIES)
        return alloc_format("more than %d files: hand in raft/ alone",
                            MOST_ENTRIES);
    listing->all = alloc_resize(listing->all, (size_t)listing->n + 1,
                                sizeof *listing->all);
    char *copy = alloc_string(path);
    for (size_t n = strlen(copy); n > 0 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    listing->all[listing->n++] = (struct raft_entry){ copy, kind };
    return NULL;
}

void raft_listing_free(struct raft_listing *listing)
{
    for (int k = 0; k < listing->n; k++)
        free(listing->all[k].path);
    free(listing->all);
    *listing = (struct raft_listing){ .all = NULL };
}

// ---- The folder with the Raft ----

static bool has_source(const struct raft_listing *listing, const char *folder)
{
    for (int k = 0; k < listing->n; k++) {
        const char *name = raft_files_name(folder, listing->all[k].path);
        if (name != NULL && ends_with(name, ".c"))
            return true;
    }
    return false;
}

// macOS packs a second folder, and many systems hidden ones.
static bool is_by_system(const char *name)
{
    return name[0] == '.' || strncmp(name, "__MACOSX", 8) == 0;
}

// The only folder in this one, with its '/'; NULL if there are more or none.
// The caller frees it.
static char *only_folder(const struct raft_listing *listing, const char *folder)
{
    char *only = NULL;
    size_t n = strlen(folder);
    for (int k = 0; k < listing->n; k++) {
        const char *path = listing->all[k].path, *name = path + n;
        if (strncmp(path, folder, n) != 0 || is_by_system(name))
            continue;
        size_t length = strcspn(name, "/");
        if (name[length] == '\0' && listing->all[k].kind != RAFT_FOLDER)
            continue;
        if (only != NULL && strncmp(only, path, n + length) == 0 &&
            only[n + length] == '/')
            continue;
        if (only != NULL) {
            free(only);
            return NULL;
        }
        only = alloc_format("%.*s/", (int)(n + length), path);
    }
    return only;
}

// Returns the folder below this one that has the Raft, or NULL.
static char *find_folder(const struct raft_listing *listing)
{
    char *at = alloc_string("");
    for (int depth = 0; at != NULL && depth < DEEPEST; depth++) {
        char *raft = alloc_format("%sraft/", at);
        if (has_source(listing, raft)) {
            free(at);
            return raft;
        }
        free(raft);
        if (has_source(listing, at))
            return at;
        char *next = only_folder(listing, at);
        free(at);
        at = next;
    }
    free(at);
    return NULL;
}

// Checks what stands in the folder itself.
static char *check_entry(const char *folder, const struct raft_entry *entry)
{
    size_t n = strlen(folder);
    const char *name = entry->path + n;
    if (strncmp(entry->path, folder, n) != 0 || strchr(name, '/') != NULL)
        return NULL;
    if (entry->kind == RAFT_LINK)
        REFUSE(name, "%s is a link: hand in the file itself");
    if (entry->kind == RAFT_OTHER)
        REFUSE(name, "%s is no regular file: hand in files alone");
    if (entry->kind == RAFT_FOLDER && is_source(name))
        REFUSE(name, "%s is a folder with the name of a file: rename it");
    return entry->kind == RAFT_FOLDER ? NULL : check_name(name);
}

char *raft_listing_choose(const struct raft_listing *listing, char **folder)
{
    char *found = find_folder(listing), *why = NULL;
    *folder = NULL;
    if (found == NULL)
        return alloc_string("no .c file at its top, in raft/ or in its only "
                            "folder: hand in what make handin packs");
    for (int k = 0; k < listing->n && why == NULL; k++)
        why = check_entry(found, &listing->all[k]);
    if (why == NULL)
        *folder = found;
    else
        free(found);
    return why;
}

// ---- The files ----

char *raft_files_too_large(const char *name)
{
    REFUSE(name, "%s is larger than 1 MB: that is no program");
}

char *raft_files_add(struct raft_files *files, const char *name, char *bytes,
                     size_t size)
{
    char *why = NULL;
    for (int k = 0; k < files->n && why == NULL; k++) {
        if (strcmp(files->all[k].name, name) == 0)
            why = alloc_format("%s is there twice: hand in one", name);
    }
    bool is_header = strcmp(name, "raft.h") == 0;
    if (is_header && files->header.bytes != NULL)
        why = alloc_string("raft.h is there twice: hand in one");
    if (why == NULL && size > RAFT_FILE_MOST_KB << 10)
        why = raft_files_too_large(name);
    if (why == NULL && !is_header && files->n == RAFT_FILES_MOST)
        why = alloc_format("more than %d files: hand in the Raft's alone",
                           RAFT_FILES_MOST);
    if (why == NULL && files->size + size > RAFT_FILES_MOST_KB << 10)
        why = alloc_format("more than %d MB in all: hand in the Raft alone",
                           RAFT_FILES_MOST_KB >> 10);
    if (why != NULL) {
        free(bytes);
        return why;
    }
    struct raft_file file = { alloc_string(name), bytes, size };
    if (is_header)
        files->header = file;
    else
        files->all[files->n++] = file;
    files->size += size;
    return NULL;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct raft_file *)a)->name,
                  ((const struct raft_file *)b)->name);
}

void raft_files_finish(struct raft_files *files)
{
    qsort(files->all, (size_t)files->n, sizeof *files->all, compare);
}

static void free_file(struct raft_file *file)
{
    free(file->name);
    free(file->bytes);
    *file = (struct raft_file){ .bytes = NULL };
}

void raft_files_free(struct raft_files *files)
{
    for (int k = 0; k < files->n; k++)
        free_file(&files->all[k]);
    free_file(&files->header);
    files->n = 0;
    files->size = 0;
}

// ---- Writing them ----

static bool write_file(int folder, const struct raft_file *file)
{
    int fd = openat(folder, file->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    0644);
    bool written = fd >= 0;
    for (size_t at = 0; written && at < file->size;) {
        ssize_t n = write(fd, file->bytes + at, file->size - at);
        written = n >= 0;
        at += written ? (size_t)n : 0;
    }
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    errno = error;
    return written;
}

char *raft_files_write(struct raft_files *files, const char *folder)
{
    int fd = -1;
    bool written = mkdir(folder, 0755) == 0;
    if (written)
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    written = written && fd >= 0;
    for (int k = 0; k < files->n && written; k++)
        written = write_file(fd, &files->all[k]);
    char *why = written ? NULL
                        : alloc_format("%s cannot be written: %s", folder,
                                       strerror(errno));
    files->machine_failed |= !written;
    for (int k = 0; k < files->n && why != NULL && fd >= 0; k++)
        unlinkat(fd, files->all[k].name, 0);
    if (fd >= 0)
        close(fd);
    if (why != NULL && fd >= 0)
        rmdir(folder);
    return why;
}
