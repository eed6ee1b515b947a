// The program `unpacker`: reads the archive on stdin with libarchive, and
// writes what is in it to stdout (unpack/records.h). A bug of libarchive can be
// the archive's weapon, so this process has nothing to lose: it has no secret,
// and it can open nothing (unpack/wall.h). It judges nothing, either; the
// grader does.
//
//   unpacker            writes all entries, without their bytes
//   unpacker NUMBER...  writes the bytes of these entries; the first has
//                       number 0, and the numbers rise
#include "unpack/records.h"
#include "unpack/wall.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- Records ----

static void write_all(const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n > 0) {
        ssize_t written = write(STDOUT_FILENO, at, n);
        if (written < 0)
            _exit(EXIT_FAILURE);  // The grader has seen enough.
        at += written;
        n -= (size_t)written;
    }
}

static void say(enum unpack_kind kind, const void *bytes, size_t n,
                int64_t size)
{
    if (n > UNPACK_MOST_BYTES)
        n = UNPACK_MOST_BYTES;
    struct unpack_record record = { (int32_t)kind, (uint32_t)n, size };
    write_all(&record, sizeof record);
    write_all(bytes, n);
}

// _exit, because what runs at the end of a process is not needed.
_Noreturn static void end(enum unpack_kind kind, const char *why)
{
    say(kind, why, strlen(why), 0);
    _exit(EXIT_SUCCESS);
}

_Noreturn static void end_damaged(struct archive *archive)
{
    const char *why = archive_error_string(archive);
    end(UNPACK_DAMAGED, why == NULL ? "damaged" : why);
}

// ---- The archive ----

static enum unpack_kind kind_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) != NULL ||
        archive_entry_filetype(entry) == AE_IFLNK)
        return UNPACK_LINK;
    if (archive_entry_filetype(entry) == AE_IFDIR)
        return UNPACK_FOLDER;
    return archive_entry_filetype(entry) == AE_IFREG ? UNPACK_FILE
                                                     : UNPACK_OTHER;
}

static void say_entry(struct archive_entry *entry)
{
    const char *path = archive_entry_pathname(entry);
    say(kind_of(entry), path, path == NULL ? 0 : strlen(path),
        archive_entry_size(entry));
}

// The holes of a sparse file read as zeros.
static void say_bytes(struct archive *archive)
{
    static char bytes[UNPACK_MOST_BYTES];
    size_t size = 0;
    la_ssize_t n = 1;
    while (size < sizeof bytes &&
           (n = archive_read_data(archive, bytes + size, sizeof bytes - size)) >
               0)
        size += (size_t)n;
    if (n < 0)
        end_damaged(archive);
    say(UNPACK_BYTES, bytes, size, 0);
}

// `numbers` ends with NULL; NULL alone asks for the entries.
static void read_all(struct archive *archive, char *const *numbers)
{
    bool lists = *numbers == NULL;
    struct archive_entry *entry;
    for (long number = 0; lists || *numbers != NULL; number++) {
        int status = archive_read_next_header(archive, &entry);
        if (status == ARCHIVE_EOF)
            return;
        if (status < ARCHIVE_WARN)
            end_damaged(archive);
        if (lists) {
            say_entry(entry);
        } else if (strtol(*numbers, NULL, 10) == number) {
            say_bytes(archive);
            numbers++;
        }
    }
}

static struct archive *open_archive(const void *bytes, size_t size)
{
    struct archive *archive = archive_read_new();
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_xz(archive);
    if (archive_read_open_memory(archive, bytes, size) != ARCHIVE_OK)
        end_damaged(archive);
    return archive;
}

// It is mapped, so that it can be read without a call of the system.
static void *map(size_t *size)
{
    struct stat info;
    if (fstat(STDIN_FILENO, &info) != 0)
        end(UNPACK_NOT_READY, strerror(errno));
    *size = (size_t)info.st_size;
    void *bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
    if (bytes == MAP_FAILED)
        end(UNPACK_NOT_READY, strerror(errno));
    close(STDIN_FILENO);
    return bytes;
}

int main(int argc, char **argv)
{
    (void)argc;
    setlocale(LC_CTYPE, "C.UTF-8");  // Names may have any character.
    size_t size;
    void *bytes = map(&size);
    int error = wall_raise();
    if (error != 0)
        end(UNPACK_NOT_READY, strerror(error));
    read_all(open_archive(bytes, size), argv + 1);
    end(UNPACK_END, "");
}
