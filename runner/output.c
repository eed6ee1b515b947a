// Keeps a run's output in a file, so that runs at the same time do not mix
// their lines, and a failure can be read later.
#include "runner/output.h"

#include "record/record.h"
#include "rt/alloc.h"
#include "rt/clean.h"
#include "runner/options.h"
#include "runner/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The bytes shown of one run: a Raft that prints in a loop must not hide the
// other tests' results.
#define MAX_SHOWN (1 << 20)

bool output_make_folder(const char *folder)
{
    char *path = alloc_string(folder);
    for (char *c = path + 1; *path != '\0' && *c != '\0'; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        mkdir(path, 0777);  // Without this folder the last mkdir fails.
        *c = '/';
    }
    bool exists = mkdir(path, 0777) == 0 || errno == EEXIST;
    bool usable = exists && access(path, W_OK | X_OK) == 0;

    struct stat status;
    if (usable && stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        usable = false;
    }
    free(path);
    return usable;
}

char *output_new_name(const char *path)
{
    return alloc_format("%s.%d", path, (int)getpid());
}

// The file has no name while the run goes on. So another runner may use the
// same folder, and nothing is left there if this one is killed.
bool output_open(struct output *output, const char *folder,
                 const struct lab_test *test, int run)
{
    char *path = alloc_format("%s/%s-%s-run%03d.log", folder, test->suite,
                              test->name, run);
    char *new = output_new_name(path);
    int fd = open(new, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    int error = errno;
    if (fd >= 0) {
        unlink(new);
        unlink(path);
    } else {
        free(path);
        path = NULL;
    }
    free(new);
    *output = (struct output){ .fd = fd, .path = path };
    errno = error;
    return fd >= 0;
}

// Copies so many of the file's bytes, made safe for a terminal, and ends the
// last line.
static void copy(int fd, off_t size, FILE *to)
{
    char block[1 << 14];
    size_t held = 0;
    char last = '\n';
    for (off_t at = 0; at < size;) {
        size_t room = sizeof block - held;
        off_t left = size - at;
        ssize_t got = pread(fd, block + held,
                            left < (off_t)room ? (size_t)left : room, at);
        if (got <= 0)
            break;
        at += got;
        size_t there = held + (size_t)got;
        if (at == size)
            clean_text(block, there);
        size_t done = clean_bytes(block, there);
        fwrite(block, 1, done, to);
        if (done > 0)
            last = block[done - 1];
        held = there - done;
        memmove(block, block + done, held);
    }
    if (last != '\n')
        fputc('\n', to);
}

void output_show(const struct output *output)
{
    if (output->fd < 0)
        return;
    off_t size = lseek(output->fd, 0, SEEK_END);
    off_t shown = size < MAX_SHOWN ? size : MAX_SHOWN;
    copy(output->fd, shown, stdout);
    if (shown < size)
        printf("[%lld more bytes]\n", (long long)(size - shown));
}

// Writes the new file. Returns 0, or the errno of the call that failed: those
// after it may succeed, or fail for another reason.
static int write_new(const char *path, output_put *put, const void *self)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return errno;
    errno = 0;
    put(self, file);
    int error = !ferror(file) ? 0 : errno != 0 ? errno : EIO;
    if (fclose(file) != 0 && error == 0)
        error = errno;
    return error;
}

bool output_write(const char *path, output_put *put, const void *self)
{
    char *new = output_new_name(path);
    int error = write_new(new, put, self);
    if (error == 0 && rename(new, path) != 0)
        error = errno;
    if (error != 0)
        unlink(new);
    free(new);
    errno = error;
    return error == 0;
}

// The contents of the kept file.
struct kept {
    const struct output *output;
    const struct result *result;
};

static void put_kept(const void *self, FILE *to)
{
    const struct kept *kept = self;
    copy(kept->output->fd, lseek(kept->output->fd, 0, SEEK_END), to);
    result_print(kept->result, to);
}

// Does the message send the reader to the output?
static bool has_last_words(const struct result *result)
{
    return result->outcome == FAILED &&
           (result->died || strstr(result->message, "report is") != NULL ||
            strstr(result->message, "last words") != NULL);
}

static char *find_words(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size < MAX_SHOWN ? 0 : size - MAX_SHOWN;
    char *text = alloc((size_t)(size - from) + 1);
    ssize_t got = pread(fd, text, (size_t)(size - from), from);
    char *words = words_find(text, got < 0 ? 0 : (size_t)got, record_raft());
    free(text);
    return words;
}

void output_read_words(const struct output *output, struct result *result)
{
    if (output->fd >= 0 && has_last_words(result))
        result->words = find_words(output->fd);
}

void output_close(struct output *output, struct result *result)
{
    if (output->fd < 0)
        return;
    output_read_words(output, result);
    if (result->outcome != PASSED) {
        struct kept kept = { output, result };
        if (output_write(output->path, put_kept, &kept))
            result->log = alloc_string(output->path);
        else
            fprintf(stderr, "lab: %s could not be written: %s\n", output->path,
                    strerror(errno));
    }
    output_discard(output);
}

void output_discard(struct output *output)
{
    if (output->fd < 0)
        return;
    close(output->fd);
    free(output->path);
    *output = (struct output){ .fd = -1 };
}

int output_end(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fputs("lab: not all of the output could be written; what takes it may be "
          "full or closed\n",
          stderr);
    return EXIT_BAD_INPUT;
}
