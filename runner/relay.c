// Two pipes from a run to our stdout and stderr. The runner reads them without
// blocking, and a limited number of blocks at a time, so that a run that prints
// in a loop cannot keep it from checking the time.
#include "runner/relay.h"

#include "rt/clean.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK      (1 << 14)
#define MAX_BLOCKS 64  // At a time. Together as large as a pipe's buffer.

const struct relay relay_none = { .stream = { { .fd = -1, .run_fd = -1 },
                                              { .fd = -1, .run_fd = -1 } } };

static bool are_one(int a, int b)
{
    struct stat x, y;
    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static bool open_stream(struct relay_stream *stream, FILE *to)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *stream =
        (struct relay_stream){ .fd = ends[0], .run_fd = ends[1], .to = to };
    return true;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_all(struct relay *relay)
{
    for (int i = 0; i < RELAY_STREAMS; i++) {
        close_fd(&relay->stream[i].fd);
        close_fd(&relay->stream[i].run_fd);
    }
}

bool relay_open(struct relay *relay)
{
    *relay = relay_none;
    if (!open_stream(&relay->stream[0], stdout))
        return false;
    if (are_one(STDOUT_FILENO, STDERR_FILENO) ||
        open_stream(&relay->stream[1], stderr))
        return true;
    close_all(relay);
    return false;
}

void relay_begin_run(struct relay *relay)
{
    int out = relay->stream[0].run_fd;
    int err = relay->stream[1].run_fd;
    if (out >= 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err >= 0 ? err : out, STDERR_FILENO);
    }
    close_all(relay);
}

void relay_begin(struct relay *relay)
{
    for (int i = 0; i < RELAY_STREAMS; i++)
        close_fd(&relay->stream[i].run_fd);
}

void relay_poll(const struct relay *relay, struct pollfd fds[RELAY_STREAMS])
{
    for (int i = 0; i < RELAY_STREAMS; i++)
        fds[i] = (struct pollfd){ .fd = relay->stream[i].fd, .events = POLLIN };
}

// Passes on a block. False if there is none.
static bool pass_block(struct relay_stream *stream)
{
    char block[BLOCK];
    size_t held = (size_t)stream->n_held;
    memcpy(block, stream->held, held);
    ssize_t got = read(stream->fd, block + held, sizeof block - held);
    if (got == 0)
        close_fd(&stream->fd);
    if (got <= 0)
        return false;

    size_t size = held + (size_t)got;
    size_t done = clean_bytes(block, size);
    stream->n_held = (int)(size - done);
    memcpy(stream->held, block + done, size - done);
    if (done > 0) {
        fwrite(block, 1, done, stream->to);
        stream->mid_line = block[done - 1] != '\n';
    }
    return true;
}

static void pass(struct relay_stream *stream)
{
    if (stream->fd < 0)
        return;
    for (int i = 0; i < MAX_BLOCKS && pass_block(stream); i++)
        ;
    fflush(stream->to);
}

void relay_pass(struct relay *relay)
{
    for (int i = 0; i < RELAY_STREAMS; i++)
        pass(&relay->stream[i]);
}

static void end_stream(struct relay_stream *stream)
{
    pass(stream);
    close_fd(&stream->fd);
    for (int i = 0; i < stream->n_held; i++)
        fputc('?', stream->to);
    if (stream->n_held > 0 || stream->mid_line)
        fputc('\n', stream->to);
    stream->n_held = 0;
    stream->mid_line = false;
}

void relay_end(struct relay *relay)
{
    for (int i = 0; i < RELAY_STREAMS; i++)
        end_stream(&relay->stream[i]);
}
