// Passes on what a life prints: so many bytes, each line with the server's
// name. It comes over a socket on which the life can only write.
#include "judge/internal.h"

#include "rt/clean.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// That one life may print, and all lives of a test together.
#define MAX_BYTES         (256 << 10)
#define MAX_BYTES_OF_TEST (512 << 10)
#define MAX_LINE          1000

static atomic_size_t passed_in_test;

// The line that has not ended.
struct line {
    char text[MAX_LINE];
    size_t len;
};

static void end_line(const struct peer *peer, struct line *line)
{
    clean_text(line->text, line->len);
    fprintf(stderr, "%s: %.*s\n", peer_name(peer).text, (int)line->len,
            line->text);
    line->len = 0;
}

static void pass_on(const struct peer *peer, struct line *line,
                    const char *text, size_t size)
{
    for (size_t k = 0; k < size; k++) {
        if (text[k] != '\n')
            line->text[line->len++] = text[k];
        if (text[k] == '\n' || line->len == MAX_LINE)
            end_line(peer, line);
    }
}

void output_read(void *arg)
{
    struct raft *rf = arg;
    const struct peer *peer = rf->peer;
    struct line line = { .len = 0 };
    char buffer[4096];
    size_t passed = 0;
    ssize_t size;
    while ((size = recv(peer->output, buffer, sizeof buffer, 0)) > 0 ||
           (size < 0 && errno == EINTR)) {
        // The rest is read, too: the life would wait otherwise.
        if (size < 0 || passed > MAX_BYTES ||
            atomic_load(&passed_in_test) > MAX_BYTES_OF_TEST)
            continue;
        pass_on(peer, &line, buffer, (size_t)size);
        passed += (size_t)size;
        atomic_fetch_add(&passed_in_test, (size_t)size);
        if (passed > MAX_BYTES ||
            atomic_load(&passed_in_test) > MAX_BYTES_OF_TEST)
            fprintf(stderr, "%s: prints more than is shown\n",
                    peer_name(peer).text);
    }
    if (line.len > 0)
        end_line(peer, &line);
    zygote_printed(rf->peer);
}
