// An archive is read twice, by a program that is not believed: for the list of
// what is in it, which says where the Raft is, and for the bytes of the Raft's
// files. So the second time can change no name. Neither time is more unpacked
// than a bound.
#include "grade/archive.h"

#include "grade/unpacker.h"
#include "rt/alloc.h"
#include "rt/clean.h"
#include "unpack/records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_UNPACKED_MB = 256, LONGEST_PATH = 4096 };

static const char *const endings[] = { ".tar", ".tar.gz", ".tgz", ".tar.xz",
                                       ".zip" };

size_t archive_stem(const char *name)
{
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
        size_t n = strlen(name), m = strlen(endings[k]);
        if (n > m && strcasecmp(name + n - m, endings[k]) == 0)
            return n - m;
    }
    return 0;
}

static char *cannot_read(const char *what)
{
    char *why = alloc_format("the archive cannot be read (%.200s): hand it in "
                             "again, as make handin packs it",
                             what);
    clean_text(why, strlen(why));
    for (char *at = why; *at != '\0'; at++) {
        if (*at == '\n')
            *at = '?';
    }
    return why;
}

static char *nonsense(void)
{
    return cannot_read("what was read of it makes no sense");
}

struct reading {
    int archive;
    const char *program;
    struct raft_files *files;
    struct raft_listing listing;
    char **numbers;  // Of each in the listing: its number in the archive.
    int n_entries;
    long long unpacked;  // By what the headers say.
    // The files of the Raft, in the archive's order, as they stand in the
    // listing. One more than there may be is enough.
    int wanted[RAFT_FILES_MOST + 1];
    int n_wanted, n_read;
};

// ---- One time through the archive ----

// A function that takes a record. The bytes are a string, too; it may keep and
// clear them. Returns NULL, or why the archive is refused.
typedef char *take(struct reading *reading, const struct unpack_record *record,
                   char **bytes);

static bool read_record(struct unpacker *unpacker, struct unpack_record *record,
                        char **bytes)
{
    if (!unpacker_read(unpacker, record, sizeof *record) ||
        record->n > UNPACK_MOST_BYTES)
        return false;
    *bytes = alloc((size_t)record->n + 1);
    return unpacker_read(unpacker, *bytes, record->n);
}

// The records have ended too early.
static char *broken(struct unpacker *unpacker, struct raft_files *files)
{
    char *why = unpacker_end(unpacker, &files->machine_failed);
    return why != NULL ? why : nonsense();
}

static char *take_record(struct reading *reading, take *take_one,
                         const struct unpack_record *record, char **bytes)
{
    if (record->kind == UNPACK_DAMAGED)
        return cannot_read(*bytes);
    if (record->kind != UNPACK_NOT_READY)
        return take_one(reading, record, bytes);
    reading->files->machine_failed = true;
    char *why = alloc_format("archives cannot be read here (%.200s)", *bytes);
    clean_text(why, strlen(why));
    return why;
}

static char *read_all(struct reading *reading, char *const numbers[],
                      take *take_one)
{
    struct unpacker unpacker;
    struct unpack_record record = { 0 };
    char *why =
        unpacker_start(&unpacker, reading->program, reading->archive, numbers);
    reading->files->machine_failed |= why != NULL;
    if (why != NULL)
        return why;
    while (why == NULL) {
        char *bytes = NULL;
        bool is_whole = read_record(&unpacker, &record, &bytes);
        if (is_whole && record.kind != UNPACK_END)
            why = take_record(reading, take_one, &record, &bytes);
        free(bytes);
        if (!is_whole)
            return broken(&unpacker, reading->files);
        if (record.kind == UNPACK_END)
            break;
    }
    unpacker_stop(&unpacker);
    return why;
}

// ---- The list ----

static char *take_entry(struct reading *reading,
                        const struct unpack_record *record, char **bytes)
{
    static const enum raft_kind kinds[] = { [UNPACK_FILE] = RAFT_FILE,
                                            [UNPACK_FOLDER] = RAFT_FOLDER,
                                            [UNPACK_LINK] = RAFT_LINK,
                                            [UNPACK_OTHER] = RAFT_OTHER };
    if (record->kind < UNPACK_FILE || record->kind > UNPACK_OTHER)
        return nonsense();
    if (record->n == 0)
        return alloc_string("a name is not of the letters A-Z, a-z: rename the "
                            "file");
    if (record->n > LONGEST_PATH)
        return alloc_format("a name is longer than %d characters: rename the "
                            "file",
                            LONGEST_PATH);
    long long most = MOST_UNPACKED_MB << 20;
    if (record->size < 0 || record->size > most - reading->unpacked)
        return alloc_format("unpacked it is larger than %d MB: hand in raft/ "
                            "alone",
                            MOST_UNPACKED_MB);
    reading->unpacked += record->size;
    struct raft_listing *listing = &reading->listing;
    int before = listing->n;
    char *why = raft_listing_add(listing, *bytes, kinds[record->kind]);
    if (listing->n > before) {
        reading->numbers = alloc_resize(reading->numbers, (size_t)listing->n,
                                        sizeof *reading->numbers);
        reading->numbers[before] = alloc_format("%d", reading->n_entries);
    }
    reading->n_entries++;
    return why;
}

static char *read_listing(struct reading *reading)
{
    static char *const none[] = { NULL };
    return read_all(reading, none, take_entry);
}

// ---- The files ----

static char *take_bytes(struct reading *reading,
                        const struct unpack_record *record, char **bytes)
{
    if (record->kind != UNPACK_BYTES || reading->n_read == reading->n_wanted)
        return nonsense();
    const char *path =
        reading->listing.all[reading->wanted[reading->n_read++]].path;
    const char *slash = strrchr(path, '/');
    char *taken = *bytes;
    *bytes = NULL;
    return raft_files_add(reading->files, slash == NULL ? path : slash + 1,
                          taken, record->n);
}

static char *read_files(struct reading *reading, const char *folder)
{
    char *numbers[RAFT_FILES_MOST + 2] = { NULL };
    for (int k = 0; k < reading->listing.n; k++) {
        const struct raft_entry *entry = &reading->listing.all[k];
        if (reading->n_wanted > RAFT_FILES_MOST || entry->kind != RAFT_FILE ||
            raft_files_name(folder, entry->path) == NULL)
            continue;
        numbers[reading->n_wanted] = reading->numbers[k];
        reading->wanted[reading->n_wanted++] = k;
    }
    char *why = read_all(reading, numbers, take_bytes);
    if (why == NULL && reading->n_read < reading->n_wanted)
        why = nonsense();
    return why;
}

// ---- All of it ----

// Looks for itself: the program is not believed. Sets `machine_failed` if it
// can be read only in part.
static char *check_disk(int archive, char *why, struct raft_files *files)
{
    static char bytes[65536];
    off_t at = 0;
    ssize_t n;
    while ((n = pread(archive, bytes, sizeof bytes, at)) > 0)
        at += n;
    if (n == 0 || !raft_files_is_of_the_machine(errno))
        return why;
    files->machine_failed = true;
    free(why);
    return cannot_read(strerror(errno));
}

static char *check_size(int archive)
{
    struct stat info;
    if (fstat(archive, &info) != 0)
        return cannot_read(strerror(errno));
    if (!S_ISREG(info.st_mode))
        return alloc_string("it is no regular file: hand in files alone");
    if (info.st_size > MOST_UNPACKED_MB << 20)
        return alloc_format("it is larger than %d MB: hand in raft/ alone",
                            MOST_UNPACKED_MB);
    return info.st_size == 0 ? cannot_read("it is empty") : NULL;
}

static char *read_raft(struct reading *reading)
{
    char *folder = NULL, *why = check_size(reading->archive);
    if (why == NULL)
        why = read_listing(reading);
    if (why == NULL)
        why = raft_listing_choose(&reading->listing, &folder);
    if (why == NULL)
        why = read_files(reading, folder);
    free(folder);
    return why;
}

char *archive_read_raft(const char *path, const char *program,
                        struct raft_files *files)
{
    int archive = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (archive < 0) {
        files->machine_failed |= raft_files_is_of_the_machine(errno);
        return cannot_read(strerror(errno));
    }
    struct reading reading = { .archive = archive,
                               .program = program,
                               .files = files };
    char *why = read_raft(&reading);
    if (why != NULL)
        why = check_disk(archive, why, files);
    close(archive);
    for (int k = 0; k < reading.listing.n; k++)
        free(reading.numbers[k]);
    free(reading.numbers);
    raft_listing_free(&reading.listing);
    if (why == NULL)
        raft_files_finish(files);
    else
        raft_files_free(files);
    return why;
}
