#include "grade/submissions.h"

#include "grade/archive.h"
#include "grade/graded.h"
#include "grade/places.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/clean.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LONGEST_NAME = 60, DIGITS = 6 };

// ---- Names ----

// Is it one of a character's bytes after its first, in UTF-8?
static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

// The characters of the name that a word may have, and '_' for each other one.
// Sets whether some of the name is lost.
static char *plain_of(const char *name, size_t length, bool *is_lossy)
{
    char *word = alloc(LONGEST_NAME + 1);
    size_t n = 0;
    *is_lossy = false;
    for (size_t k = 0; k < length; k++) {
        bool is_ascii = (unsigned char)name[k] < 0x80;
        *is_lossy = *is_lossy || !is_ascii || n == LONGEST_NAME;
        if (n == LONGEST_NAME || (n > 0 && is_continuation(name[k])))
            continue;
        bool fits =
            strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                   "0123456789_.-",
                   name[k]) != NULL &&
            (n > 0 || (name[k] != '-' && name[k] != '.'));
        word[n] = '_';
        if (fits)
            word[n] = name[k];
        n++;
    }
    return word;
}

// A file's name as a word.
static char *word_of(const char *name, size_t length)
{
    bool is_lossy;
    char *plain = plain_of(name, length, &is_lossy);
    if (!is_lossy)
        return plain;
    char digest[DIGEST_SIZE];
    digest_of(name, length, digest);
    char *word = alloc_format("%s-%.*s", plain, DIGITS, digest);
    free(plain);
    return word;
}

// The name in one line. Bytes that are not safe to print, or no UTF-8, stand as
// \xNN in it.
static char *printable(const char *name)
{
    char *text, *clean = alloc_string(name);
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    clean_text(clean, strlen(clean));
    for (size_t k = 0; name[k] != '\0'; k++) {
        if (clean[k] == name[k] && name[k] != '\n' && name[k] != '\t')
            fputc(name[k], to);
        else
            fprintf(to, "\\x%02X", (unsigned)(unsigned char)name[k]);
    }
    fclose(to);
    free(clean);
    return text;
}

// By another submission, or by a file of the class?
static bool is_taken(const struct submissions *submissions, const char *name)
{
    if (strcmp(name, GRADED_TABLE) == 0 || strcmp(name, GRADED_PAGE) == 0)
        return true;
    for (int k = 0; k < submissions->n; k++) {
        if (strcmp(submissions->all[k].name, name) == 0)
            return true;
    }
    return false;
}

static char *unique_name(const struct submissions *submissions, char *word)
{
    char *name = alloc_string(word);
    for (int k = 2; is_taken(submissions, name); k++) {
        free(name);
        name = alloc_format("%s-%d", word, k);
    }
    free(word);
    return name;
}

// ---- A class ----

// Why it is no submission; NULL also if that cannot be seen now. Sets the
// length of the name without the ending.
static char *check_kind(const char *path, const char *name, size_t *length)
{
    struct stat info;
    size_t stem = archive_stem(name);
    bool is_there = lstat(path, &info) == 0;
    bool is_folder = is_there && S_ISDIR(info.st_mode);
    *length = stem != 0 && !is_folder ? stem : strlen(name);
    if (!is_there || is_folder)
        return NULL;
    if (S_ISLNK(info.st_mode))
        return alloc_string("it is a link: put the submission itself here");
    if (!S_ISREG(info.st_mode) || stem == 0)
        return alloc_string("it is neither a folder nor a .tar, .tar.gz, .tgz, "
                            ".tar.xz or .zip: hand in what make handin packs");
    return NULL;
}

static void add(struct submissions *submissions, const char *folder,
                const char *name)
{
    struct submission submission;
    size_t length;
    submission.path = alloc_format("%s/%s", folder, name);
    submission.refusal = check_kind(submission.path, name, &length);
    submission.name = unique_name(submissions, word_of(name, length));
    bool is_as_given = strlen(submission.name) == length &&
                       strncmp(submission.name, name, length) == 0;
    submission.given = is_as_given ? NULL : printable(name);
    submissions->all = alloc_resize(
        submissions->all, (size_t)submissions->n + 1, sizeof *submissions->all);
    submissions->all[submissions->n++] = submission;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct submission *)a)->name,
                  ((const struct submission *)b)->name);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

struct submissions submissions_find(const char *folder)
{
    struct submissions submissions = { NULL, 0 };
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, by_bytes);
    if (n < 0) {
        submissions.n = -1;
        return submissions;
    }
    for (int k = 0; k < n; k++) {
        if (entries[k]->d_name[0] != '.')
            add(&submissions, folder, entries[k]->d_name);
        free(entries[k]);
    }
    free(entries);
    if (submissions.n > 0)
        qsort(submissions.all, (size_t)submissions.n, sizeof *submissions.all,
              compare);
    return submissions;
}

void submissions_free(struct submissions *submissions)
{
    for (int k = 0; k < submissions->n; k++) {
        free(submissions->all[k].name);
        free(submissions->all[k].given);
        free(submissions->all[k].path);
        free(submissions->all[k].refusal);
    }
    free(submissions->all);
    *submissions = (struct submissions){ NULL, 0 };
}

// ---- One submission ----

const char *submission_label(const struct submission *submission)
{
    return submission->given != NULL ? submission->given : submission->name;
}

static void set_digest(const struct raft_files *files, char digest[DIGEST_SIZE])
{
    char *text;
    size_t size;
    FILE *stream = alloc_stream(&text, &size);
    for (int k = 0; k < files->n; k++) {
        digest_of(files->all[k].bytes, files->all[k].size, digest);
        fprintf(stream, "%s  %s\n", digest, files->all[k].name);
    }
    fclose(stream);
    digest_of(text, size, digest);
    free(text);
}

static bool is_other_header(const struct raft_file *header, const char *root)
{
    if (header->bytes == NULL)
        return false;
    size_t size;
    char *path = alloc_format("%s/" PLACE_HEADER, root);
    char *given = store_read(path, RAFT_FILE_MOST_KB << 10, &size);
    free(path);
    bool is_other = given != NULL && (size != header->size ||
                                      memcmp(given, header->bytes, size) != 0);
    free(given);
    return is_other;
}

static char *cannot_look(bool *machine_failed)
{
    *machine_failed = raft_files_is_of_the_machine(errno);
    return alloc_format("it cannot be read (%s): is it still there?",
                        strerror(errno));
}

static char *read_archive(const char *path, const char *root,
                          struct raft_files *files)
{
    char *program = alloc_format("%s/" PLACE_UNPACKER, root);
    char *why = archive_read_raft(path, program, files);
    free(program);
    return why;
}

char *submission_unpack(const struct submission *submission, const char *root,
                        const char *into, char digest[DIGEST_SIZE],
                        bool *machine_failed, bool *other_header)
{
    struct raft_files *files = alloc(sizeof *files);
    struct stat info;
    char *why;
    digest[0] = '\0';
    if (submission->refusal != NULL)
        why = alloc_string(submission->refusal);
    else if (stat(submission->path, &info) != 0)
        why = cannot_look(&files->machine_failed);
    else if (S_ISDIR(info.st_mode))
        why = raft_files_read(submission->path, files);
    else
        why = read_archive(submission->path, root, files);
    if (why == NULL)
        why = raft_files_write(files, into);
    if (why == NULL)
        set_digest(files, digest);
    *machine_failed = files->machine_failed;
    *other_header = is_other_header(&files->header, root);
    raft_files_free(files);
    free(files);
    return why;
}
