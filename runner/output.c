// Keeps what a run prints in a file, so that runs side by side do not mix
// their lines, and so that a failure can be read later.
#include "runner/output.h"

#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A Raft that prints in a loop must not drown the other tests' results.
#define MAX_SHOWN (1 << 20)

bool output_make_folder(const char *folder)
{
    char *path = alloc_string(folder);
    for (char *c = path + 1; *path != '\0' && *c != '\0'; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        mkdir(path, 0777);  // The last one tells whether all went well.
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

bool output_open(struct output *output, const char *folder,
                 const struct lab_test *test, int run)
{
    output->path = alloc_format("%s/%s-%s-run%03d.log", folder, test->suite,
                                test->name, run);
    output->fd = open(output->path,
                      O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (output->fd >= 0)
        return true;
    int error = errno;
    free(output->path);
    output->path = NULL;
    errno = error;
    return false;
}

// Does the file end in the middle of a line?
static bool is_mid_line(int fd)
{
    char last = '\n';
    off_t size = lseek(fd, 0, SEEK_END);
    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

void output_show(const struct output *output)
{
    if (output->fd < 0)
        return;
    off_t size = lseek(output->fd, 0, SEEK_END);
    off_t shown = size < MAX_SHOWN ? size : MAX_SHOWN;
    char block[1 << 14];
    for (off_t at = 0; at < shown;) {
        off_t left = shown - at;
        size_t want =
            left < (off_t)sizeof(block) ? (size_t)left : sizeof(block);
        ssize_t got = pread(output->fd, block, want, at);
        if (got <= 0)
            break;
        fwrite(block, 1, (size_t)got, stdout);
        at += got;
    }
    if (shown < size)
        printf("\n[%lld more bytes]\n", (long long)(size - shown));
    else if (is_mid_line(output->fd))
        putchar('\n');
}

void output_close(struct output *output, struct result *result)
{
    if (output->fd < 0)
        return;
    if (result->outcome == PASSED) {
        output_discard(output);
        return;
    }
    bool mid_line = is_mid_line(output->fd);
    FILE *file = fdopen(output->fd, "a");
    if (file != NULL) {
        if (mid_line)
            fputc('\n', file);
        result_print(result, file);
        fclose(file);
    } else {
        close(output->fd);
    }
    output->fd = -1;
    result->log = output->path;
    output->path = NULL;
}

void output_discard(struct output *output)
{
    if (output->fd < 0)
        return;
    close(output->fd);
    unlink(output->path);
    free(output->path);
    *output = (struct output){ .fd = -1 };
}
