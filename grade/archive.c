// An archive is read twice: for the list of what is in it, which says where the
// Raft is, and for the files. Neither time is more unpacked than a bound.
#include "grade/archive.h"

#include "rt/alloc.h"
#include "rt/clean.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_UNPACKED_MB = 256, BLOCK = 65536 };

static const char *const endings[] = { ".tar", ".tar.gz", ".tgz", ".tar.xz",
                                       ".zip" };

size_t archive_stem(const char *name)
{
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
        size_t n = strlen(name), m = strlen(endings[k]);
        if (n > m && strcmp(name + n - m, endings[k]) == 0)
            return n - m;
    }
    return 0;
}

// For libarchive EILSEQ and EINVAL are what is wrong with an archive.
static char *cannot_read(struct archive *archive, struct raft_files *files)
{
    int error = archive_errno(archive);
    files->machine_failed |= error != EINVAL && error != EILSEQ &&
                             raft_files_is_of_the_machine(error);
    const char *what = archive_error_string(archive);
    char *why = alloc_format("the archive cannot be read (%.200s): hand it in "
                             "again, as make handin packs it",
                             what == NULL ? "damaged" : what);
    clean_text(why, strlen(why));
    return why;
}

static struct archive *open_archive(const char *path, struct raft_files *files,
                                    char **why)
{
    struct archive *archive = archive_read_new();
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_xz(archive);
    *why = archive_read_open_filename(archive, path, BLOCK) == ARCHIVE_OK
               ? NULL
               : cannot_read(archive, files);
    return archive;
}

static enum raft_kind kind_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) != NULL ||
        archive_entry_filetype(entry) == AE_IFLNK)
        return RAFT_LINK;
    if (archive_entry_filetype(entry) == AE_IFDIR)
        return RAFT_FOLDER;
    return archive_entry_filetype(entry) == AE_IFREG ? RAFT_FILE : RAFT_OTHER;
}

// Reads a file's bytes, at most 1 more than it may have. The holes of a
// sparse file read as zeros.
static char *read_file(struct archive *archive, const char *name,
                       struct raft_files *files)
{
    size_t most = (RAFT_FILE_MOST_KB << 10) + 1, size = 0;
    char *bytes = alloc(most);
    la_ssize_t n = 1;
    while (size < most &&
           (n = archive_read_data(archive, bytes + size, most - size)) > 0)
        size += (size_t)n;
    if (n < 0) {
        free(bytes);
        return cannot_read(archive, files);
    }
    return raft_files_add(files, name, alloc_resize(bytes, size + 1, 1), size);
}

// One time through the archive.
struct reading {
    struct raft_listing listing;
    long long unpacked;  // By what the headers say.
    const char *folder;  // NULL while the entries are listed.
    struct raft_files *files;
};

static char *read_entry(struct archive *archive, struct archive_entry *entry,
                        struct reading *reading)
{
    const char *path = archive_entry_pathname(entry);
    if (path == NULL)
        return alloc_string("a name is not of the letters A-Z, a-z: rename the "
                            "file");
    long long size = archive_entry_size(entry), most = MOST_UNPACKED_MB << 20;
    if (size < 0 || size > most - reading->unpacked)
        return alloc_format("unpacked it is larger than %d MB: hand in raft/ "
                            "alone",
                            MOST_UNPACKED_MB);
    reading->unpacked += size;
    if (reading->folder == NULL)
        return raft_listing_add(&reading->listing, path, kind_of(entry));
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    const char *name = raft_files_name(reading->folder, path);
    if (name == NULL || kind_of(entry) != RAFT_FILE)
        return NULL;
    return read_file(archive, name, reading->files);
}

// Reads all entries.
static char *read_all(const char *path, struct reading *reading)
{
    char *why;
    struct archive *archive = open_archive(path, reading->files, &why);
    struct archive_entry *entry;
    int status = ARCHIVE_OK;
    while (why == NULL) {
        status = archive_read_next_header(archive, &entry);
        if (status == ARCHIVE_EOF)
            break;
        if (status < ARCHIVE_WARN)
            why = cannot_read(archive, reading->files);
        else
            why = read_entry(archive, entry, reading);
    }
    archive_read_free(archive);
    return why;
}

char *archive_read_raft(const char *path, struct raft_files *files)
{
    struct reading reading = { .files = files };
    char *folder = NULL, *why = read_all(path, &reading);
    if (why == NULL)
        why = raft_listing_choose(&reading.listing, &folder);
    reading.folder = folder;
    reading.unpacked = 0;
    if (why == NULL)
        why = read_all(path, &reading);
    free(folder);
    raft_listing_free(&reading.listing);
    if (why == NULL)
        raft_files_finish(files);
    else
        raft_files_free(files);
    return why;
}
